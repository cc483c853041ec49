"""What SQLite and PostgreSQL both can do, but SQLAlchemy spells once for each. No commits."""

from __future__ import annotations

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

__all__ = ["conflict_insert", "is_server"]


def is_server(connection: Connection) -> bool:
    """Tell whether this is PostgreSQL, where others may write at the same time."""
    return connection.dialect.name == "postgresql"


def conflict_insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return an insert that can say what is to be done about a row that is there already."""
    return postgresql.insert(table) if is_server(connection) else sqlite.insert(table)
