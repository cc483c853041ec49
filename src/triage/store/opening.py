"""Opens a database: made or migrated as needed, a file claimed by one process. Writes nothing of its own."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import URL, Engine
from sqlalchemy.exc import SQLAlchemyError

from triage.errors import StoreUnavailable
from triage.store.connections import is_sqlite, reading_engine, to_url, writing_engine
from triage.store.dialects import said_by
from triage.store.lock import FileLock
from triage.store.schema import upgrade_schema
from triage.store.session_lock import SessionLocks

__all__ = ["OpenDatabase", "open_database"]


class OpenDatabase(NamedTuple):
    """A database of the newest schema.

    Parameters
    ----------
    writes, reads : Engine
        One for writing, and one that cannot.
    locks : SessionLocks
    """

    writes: Engine
    reads: Engine
    locks: SessionLocks


def open_database(database_url: str, busy_timeout_s: float, held: ExitStack) -> OpenDatabase:
    """Open a database.

    Parameters
    ----------
    database_url : str
        Such as ``sqlite:////var/lib/triage/triage.db`` or ``postgresql://user@host/triage``.
    busy_timeout_s : float
        How long to wait for somebody else's lock on the database, in seconds.
    held : ExitStack
        Is told what to let go at the end, also where it cannot be opened.

    Raises
    ------
    SettingsError
        The URL names no database that is known here, or a newer version wrote it.
    Conflict
        Another process writes the file.
    StoreUnavailable
        The database cannot be opened, or is none.
    """
    url = to_url(database_url)
    where = str(url.database) if is_sqlite(url) else url.render_as_string(hide_password=True)
    try:
        _claim_file(url, held)
        writes = writing_engine(url, busy_timeout_s)
        held.callback(writes.dispose)
        upgrade_schema(writes)
    except OSError as err:
        raise StoreUnavailable(f"{where} cannot be made: {err.strerror}. Make the folder writable.") from err
    except SQLAlchemyError as err:
        raise StoreUnavailable(f"{where} cannot be used as the database: {said_by(err)}.") from err
    reads = reading_engine(url, busy_timeout_s)
    held.callback(reads.dispose)
    locks = SessionLocks(None if is_sqlite(url) else reads)
    held.callback(locks.close)
    return OpenDatabase(writes, reads, locks)


def _claim_file(url: URL, held: ExitStack) -> None:
    """See to it that no other process writes the same file; a server of PostgreSQL takes several."""
    if is_sqlite(url):
        file = Path(str(url.database))
        file.parent.mkdir(parents=True, exist_ok=True)
        held.callback(FileLock(file).release)
