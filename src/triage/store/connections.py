"""Engines of SQLAlchemy for one database, set up so that a commit is on disk. No tables, no statements."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from triage.errors import SettingsError

__all__ = ["database_file", "reading_engine", "writing_engine"]

_WRITING = (
    "PRAGMA journal_mode = WAL",
    # Without FULL the newest commits of a WAL are lost when the machine, not only the process, dies.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)
_READING = ("PRAGMA query_only = ON",)
# The default executor of asyncio has at most 32 threads; each may read at the same time.
_MOST_READERS = 32


def database_file(database_url: str) -> Path:
    """Return the file of an SQLite database.

    Raises
    ------
    SettingsError
        The URL names no file of SQLite.

    Examples
    --------
    >>> database_file("sqlite:////var/lib/triage/triage.db").name
    'triage.db'
    """
    try:
        url = make_url(database_url)
    except ArgumentError as err:
        raise SettingsError("database_url cannot be read. It must look like sqlite:////path/triage.db.") from err
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        shown = url.render_as_string(hide_password=True)
        raise SettingsError(f"database_url must name a file of SQLite, as in sqlite:////path/triage.db. Got {shown!r}.")
    return Path(str(url.database))


def writing_engine(file: Path, busy_timeout_s: float) -> Engine:
    """Return an engine of one connection whose transactions hold the write lock from their start."""
    return _engine(file, _WRITING, begin="BEGIN IMMEDIATE", busy_timeout_s=busy_timeout_s, connections=1)


def reading_engine(file: Path, busy_timeout_s: float) -> Engine:
    """Return an engine whose connections can only read."""
    return _engine(file, _READING, begin="BEGIN", busy_timeout_s=busy_timeout_s, connections=_MOST_READERS)


def _engine(file: Path, pragmas: tuple[str, ...], begin: str, busy_timeout_s: float, connections: int) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(file)),
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
