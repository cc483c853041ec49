"""Looks into a database of the service from outside, as a person with the sqlite3 shell would."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

__all__ = ["database_url", "execute", "row_counts", "write_locked"]


def database_url(file: Path) -> str:
    """Return the URL by which the service opens a file."""
    return f"sqlite:///{file}"


def execute(file: Path, statement: str) -> list[tuple[object, ...]]:
    """Run one statement and commit it."""
    with closing(sqlite3.connect(file)) as connection, connection:
        return connection.execute(statement).fetchall()


def row_counts(file: Path) -> dict[str, int]:
    """Count the rows of every table."""
    with closing(sqlite3.connect(file)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}


@contextmanager
def write_locked(file: Path) -> Iterator[None]:
    """Hold the database's write lock meanwhile."""
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")
