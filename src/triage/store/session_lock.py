"""A claim that one process holds as long as it lives: an advisory lock of PostgreSQL. On SQLite the file lock is it."""

from __future__ import annotations

import hashlib
import threading
from contextlib import suppress

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from triage.errors import StoreUnavailable

__all__ = ["SessionLocks", "lock_number"]


class SessionLocks:
    """Locks by number, held on a connection of their own; the server takes them back when the process dies.

    Parameters
    ----------
    engine : Engine or None
        One of its connections is kept as long as anything is locked. None where nobody else can be there.
    """

    def __init__(self, engine: Engine | None) -> None:
        self._engine = engine
        self._connection: Connection | None = None
        self._held: set[int] = set()
        self._turn = threading.Lock()

    def claim(self, number: int) -> bool:
        """Take a lock unless another process has it; a lock that is held already is held.

        Raises
        ------
        StoreUnavailable
            The server cannot be asked.
        """
        with self._turn:
            if self._engine is None:
                return True
            if number in self._held and self._is_alive():
                return True
            got = self._ask("SELECT pg_try_advisory_lock(:number)", number)
            if got:
                self._held.add(number)
            return got

    def is_free(self, number: int) -> bool:
        """Tell whether nobody holds a lock, this process included; see `claim` for what is raised."""
        with self._turn:
            if self._engine is None:
                return True
            if number in self._held:
                return False
            free = self._ask("SELECT pg_try_advisory_lock(:number)", number)
            if free:
                self._ask("SELECT pg_advisory_unlock(:number)", number)
            return free

    def let_go(self, number: int) -> None:
        """Give a lock back if it is held; where the server cannot be told, it has gone with the connection."""
        with self._turn:
            if number in self._held:
                self._held.discard(number)
                with suppress(StoreUnavailable):
                    self._ask("SELECT pg_advisory_unlock(:number)", number)

    def close(self) -> None:
        """Let everything go; twice is once."""
        with self._turn:
            if self._held and self._is_alive():
                # The server notices a connection that ends a little later; who waits should not wait for that.
                self._ask("SELECT :number > 0 FROM pg_advisory_unlock_all()", 1)
            self._drop()

    def _is_alive(self) -> bool:
        try:
            return self._ask("SELECT :number > 0", 1)
        except StoreUnavailable:
            return False

    def _ask(self, question: str, number: int) -> bool:
        assert self._engine is not None  # noqa: S101  # for the type checker
        try:
            if self._connection is None:
                self._connection = self._engine.connect()
                # Out of the pool: its end is the end of the locks.
                self._connection.detach()
            answer = bool(self._connection.execute(text(question), {"number": number}).scalar())
            self._connection.commit()
        except SQLAlchemyError as err:
            self._drop()
            raise StoreUnavailable("The database cannot be asked for a lock. Try again.") from err
        return answer

    def _drop(self) -> None:
        # With the connection go the locks, whether the server is still there or not.
        self._held.clear()
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def lock_number(name: str) -> int:
    """Return the number of a named lock: the server's have 64 bits with a sign."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
