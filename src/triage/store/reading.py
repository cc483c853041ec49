"""Reading beside the event loop: one transaction a question. What is read is not known here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from triage.errors import StoreUnavailable
from triage.store.dialects import said_by

__all__ = ["Reader"]

_T = TypeVar("_T")


class Reader:
    """Asks a database in threads: the disk may take its time, and the event loop serves everybody else.

    Parameters
    ----------
    engine : Engine
        For reading only.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def read(self, query: Callable[[Connection], _T]) -> _T:
        """Return what a query finds.

        Raises
        ------
        StoreUnavailable
            The database cannot be read.
        """
        return await asyncio.to_thread(self.read_now, query)

    def read_now(self, query: Callable[[Connection], _T]) -> _T:
        """Return what a query finds; for callers that are in a thread of their own.

        Raises
        ------
        StoreUnavailable
            The database cannot be read.
        """
        try:
            with self._engine.connect() as connection:
                return query(connection)
        except SQLAlchemyError as err:
            raise StoreUnavailable(f"The database cannot be read: {said_by(err)}. Try again.") from err
