"""Looks into a database of the service from outside, as a person with the database's own shell would."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy import create_engine, inspect, text
from sqlalchemy.pool import NullPool

__all__ = ["Database", "PostgresDatabase", "SqliteDatabase", "database_url", "execute", "row_counts", "write_locked"]


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


class Database(Protocol):
    """One of the databases that a test of the store runs on."""

    @property
    def url(self) -> str:
        """How the service is told about it."""

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        """Run one statement and commit it."""

    def row_counts(self) -> dict[str, int]:
        """Count the rows of every table."""

    def refuse(self, incident_id: str) -> None:
        """Have every revision of an incident refused from now on."""

    def write_locked(self) -> AbstractContextManager[None]:
        """Hold what every write needs meanwhile."""


@dataclass(frozen=True)
class SqliteDatabase:
    """A file."""

    file: Path

    @property
    def url(self) -> str:
        return database_url(self.file)

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        return execute(self.file, statement)

    def row_counts(self) -> dict[str, int]:
        return row_counts(self.file)

    def refuse(self, incident_id: str) -> None:
        self.execute(
            f"CREATE TRIGGER poison BEFORE INSERT ON revisions WHEN new.incident_id = '{incident_id}' "
            "BEGIN SELECT RAISE(ABORT, 'poison'); END"
        )

    def write_locked(self) -> AbstractContextManager[None]:
        return write_locked(self.file)


@dataclass(frozen=True)
class PostgresDatabase:
    """A database of its own on the server of the test run."""

    url: str

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        engine = create_engine(self.url, poolclass=NullPool)
        with engine.begin() as connection:
            done = connection.execute(text(statement))
            return [tuple(row) for row in done] if done.returns_rows else []

    def row_counts(self) -> dict[str, int]:
        engine = create_engine(self.url, poolclass=NullPool)
        with engine.connect() as connection:
            names = inspect(connection).get_table_names()
            return {name: int(str(connection.scalar(text(f'SELECT count(*) FROM "{name}"')))) for name in names}

    def refuse(self, incident_id: str) -> None:
        self.execute(f"ALTER TABLE revisions ADD CONSTRAINT poison CHECK (incident_id <> '{incident_id}')")

    @contextmanager
    def write_locked(self) -> Iterator[None]:
        engine = create_engine(self.url, poolclass=NullPool)
        with engine.connect() as connection:
            for table in inspect(connection).get_table_names():
                connection.execute(text(f'LOCK TABLE "{table}" IN SHARE MODE'))
            yield
