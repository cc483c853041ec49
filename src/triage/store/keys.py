"""Answers by the key of their request, in a database: implements `triage.flow.KeyStore`."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from triage.flow import KeyedAnswer
from triage.store.dialects import conflict_insert
from triage.store.reading import Reader
from triage.store.session_lock import SessionLocks, lock_number
from triage.store.tables import keyed_answers
from triage.store.writer import GroupWriter

__all__ = ["SqlKeyStore"]

# Longer than anybody tries again: the ladder of Standard Webhooks ends after three days.
_KEPT = timedelta(days=7)


class SqlKeyStore:
    """Answers in the database of a `SqlJournal`, through its one writer.

    Parameters
    ----------
    writer : GroupWriter
    reader : Reader
    locks : SessionLocks
        Held for keys in flight.
    """

    def __init__(self, writer: GroupWriter, reader: Reader, locks: SessionLocks) -> None:
        self._writer = writer
        self._reader = reader
        self._locks = locks

    async def claim(self, key: str) -> bool:
        """Take a key unless another process has it.

        Raises
        ------
        StoreUnavailable
            The server cannot be asked.
        """
        return await asyncio.to_thread(self._locks.claim, lock_number(key))

    async def let_go(self, key: str) -> None:
        """Give a key back; it is free already where the server cannot be told."""
        await asyncio.to_thread(self._locks.let_go, lock_number(key))

    async def answer_of(self, key: str) -> KeyedAnswer | None:
        """Return what was answered under a key.

        Raises
        ------
        StoreUnavailable
            The database cannot be read.
        """
        query = select(keyed_answers).where(keyed_answers.c.key == key)
        row = await self._reader.read(lambda connection: connection.execute(query).first())
        return None if row is None else KeyedAnswer(row.digest, row.status, row.body.encode())

    async def keep_answer(self, key: str, answer: KeyedAnswer, now: datetime) -> None:
        """Keep an answer unless there is one.

        Raises
        ------
        StoreUnavailable
            It was not kept.
        """
        row = {
            "key": key,
            "digest": answer.digest,
            "status": answer.status,
            "body": answer.body.decode(),
            "stored_at": now,
        }

        def write(connection: Connection) -> None:
            put = conflict_insert(connection, keyed_answers).values(row)
            connection.execute(put.on_conflict_do_nothing(index_elements=["key"]))
            connection.execute(delete(keyed_answers).where(keyed_answers.c.stored_at < now - _KEPT))

        await self._writer.perform(write)
