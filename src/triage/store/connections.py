"""Engines of SQLAlchemy for one database, set up so that a commit is on disk. No tables, no statements."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from triage.errors import SettingsError

if TYPE_CHECKING:
    import psycopg

__all__ = ["SQLITE", "is_sqlite", "reading_engine", "to_url", "writing_engine"]

SQLITE = "sqlite"
_POSTGRESQL = "postgresql"
_WRITING = (
    "PRAGMA journal_mode = WAL",
    # Without FULL the newest commits of a WAL are lost when the machine, not only the process, dies.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)
_READING = ("PRAGMA query_only = ON",)
# A server may have been told not to wait for its disk; what is acknowledged here is on it all the same.
_WRITING_THERE = ("SET synchronous_commit = on",)
_READING_THERE = ("SET default_transaction_read_only = on",)
# The default executor of asyncio has at most 32 threads; each may read at the same time.
_MOST_READERS = 32
# A server of PostgreSQL takes 100 connections as it comes, and several processes share them.
_MOST_READERS_THERE = 8


def to_url(database_url: str) -> URL:
    """Read the URL of a database.

    Raises
    ------
    SettingsError
        It names neither a file of SQLite nor a database of PostgreSQL.

    Examples
    --------
    >>> to_url("sqlite:////var/lib/triage/triage.db").database
    '/var/lib/triage/triage.db'
    >>> to_url("postgresql://desk@db/triage").drivername
    'postgresql+psycopg'
    """
    try:
        url = make_url(database_url)
    except ArgumentError as err:
        raise SettingsError("database_url cannot be read. It must look like sqlite:////path/triage.db.") from err
    if url.get_backend_name() == _POSTGRESQL:
        return url.set(drivername=f"{_POSTGRESQL}+psycopg")
    if not is_sqlite(url) or url.database in (None, "", ":memory:"):
        shown = url.render_as_string(hide_password=True)
        raise SettingsError(
            "database_url must name a file of SQLite, as in sqlite:////path/triage.db, or a database of PostgreSQL, as "
            f"in postgresql://user@host/triage. Got {shown!r}."
        )
    return url


def is_sqlite(url: URL) -> bool:
    """Tell whether a database is a file of SQLite."""
    return url.get_backend_name() == SQLITE


def writing_engine(url: URL, busy_timeout_s: float) -> Engine:
    """Return an engine of one connection; on SQLite its transactions hold the write lock from their start."""
    if is_sqlite(url):
        return _file_engine(Path(str(url.database)), _WRITING, begin="BEGIN IMMEDIATE", busy_timeout_s=busy_timeout_s)
    return _server_engine(url, _WRITING_THERE, busy_timeout_s)


def reading_engine(url: URL, busy_timeout_s: float) -> Engine:
    """Return an engine whose connections can only read."""
    if is_sqlite(url):
        file = Path(str(url.database))
        return _file_engine(file, _READING, begin="BEGIN", busy_timeout_s=busy_timeout_s, connections=_MOST_READERS)
    return _server_engine(url, _READING_THERE, busy_timeout_s, _MOST_READERS_THERE)


def _file_engine(
    file: Path, pragmas: tuple[str, ...], begin: str, busy_timeout_s: float, connections: int = 1
) -> Engine:
    engine = create_engine(
        URL.create(SQLITE, database=str(file)),
        connect_args={"timeout": busy_timeout_s, "check_same_thread": False},
        pool_size=connections,
        max_overflow=0,
    )

    @event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        # The driver begins transactions at moments of its own unless told not to; `_begin` does it instead.
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _server_engine(url: URL, commands: tuple[str, ...], busy_timeout_s: float, connections: int = 1) -> Engine:
    try:
        engine = create_engine(url, pool_size=connections, max_overflow=0)
    except ModuleNotFoundError as err:
        raise SettingsError("database_url names PostgreSQL, which needs triage[scale]. Install that.") from err

    @event.listens_for(engine, "connect")
    def _set_up(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        ours = cast("psycopg.Connection[object]", connection)
        for command in (*commands, f"SET lock_timeout = {int(busy_timeout_s * 1000)}"):
            ours.execute(command.encode())
        # Else the settings would go with the first transaction that is rolled back.
        ours.commit()

    return engine
