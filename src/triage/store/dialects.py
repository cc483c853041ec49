"""What SQLite and PostgreSQL both can do, but SQLAlchemy spells once for each, and what both bound. No commits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

__all__ = ["conflict_insert", "in_parts", "is_server", "said_by"]

_Value = TypeVar("_Value")

# Databases bound the parameters of a statement, some to 999.
_VALUES_A_STATEMENT = 900


def is_server(connection: Connection) -> bool:
    """Tell whether this is PostgreSQL, where others may write at the same time."""
    return connection.dialect.name == "postgresql"


def said_by(error: SQLAlchemyError) -> str:
    """Return what the database itself said, in a line and without SQLAlchemy's additions."""
    lines = str(getattr(error, "orig", None) or error).splitlines() or [type(error).__name__]
    return lines[0].strip().rstrip(".")


def conflict_insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return an insert that can say what is to be done about a row that is there already."""
    return postgresql.insert(table) if is_server(connection) else sqlite.insert(table)


def in_parts(values: Sequence[_Value]) -> Iterator[Sequence[_Value]]:
    """Yield the values in their order, as many at a time as one statement may name."""
    for start in range(0, len(values), _VALUES_A_STATEMENT):
        yield values[start : start + _VALUES_A_STATEMENT]
