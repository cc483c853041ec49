"""How far trackers have been read, in a database: implements `triage.flow.Cursors`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from triage.store.dialects import conflict_insert, in_parts
from triage.store.reading import Reader
from triage.store.session_lock import SessionLocks, lock_number
from triage.store.tables import deliveries, polls
from triage.store.writer import GroupWriter

__all__ = ["SqlCursors"]


class SqlCursors:
    """Marks in the database of a `SqlJournal`, through its one writer.

    Parameters
    ----------
    writer : GroupWriter
    reader : Reader
    locks : SessionLocks
        Whoever polls a tracker holds one as long as it lives.
    """

    def __init__(self, writer: GroupWriter, reader: Reader, locks: SessionLocks) -> None:
        self._writer = writer
        self._reader = reader
        self._locks = locks

    async def claim_poll(self, name: str) -> bool:
        """Take a poll for this process unless another one has it.

        Raises
        ------
        StoreUnavailable
            The server cannot be asked.
        """
        return await asyncio.to_thread(self._locks.claim, lock_number(f"poll {name}"))

    async def cursor(self, name: str) -> str:
        """Return the mark that was kept last; empty if none was.

        Raises
        ------
        StoreUnavailable
            The database cannot be read.
        """
        query = select(polls.c.mark).where(polls.c.name == name)
        return await self._reader.read(lambda connection: connection.scalar(query)) or ""

    async def keep_cursor(self, name: str, mark: str, now: datetime) -> None:
        """Keep a mark.

        Raises
        ------
        StoreUnavailable
            It was not kept.
        """

        def write(connection: Connection) -> None:
            row = {"name": name, "mark": mark, "stored_at": now}
            put = conflict_insert(connection, polls).values(row)
            connection.execute(
                put.on_conflict_do_update(index_elements=["name"], set_={"mark": mark, "stored_at": now})
            )

        await self._writer.perform(write)

    async def delivered_as(self, destination: str, refs: Sequence[str]) -> Mapping[str, tuple[str, str]]:
        """Return source and id of the incidents that a destination calls so.

        Raises
        ------
        StoreUnavailable
            The database cannot be read.
        """

        def read(connection: Connection) -> dict[str, tuple[str, str]]:
            found: dict[str, tuple[str, str]] = {}
            named = select(deliveries.c.ref, deliveries.c.source, deliveries.c.incident_id)
            for some in in_parts(refs):
                are_those = (deliveries.c.destination == destination) & deliveries.c.ref.in_(some)
                rows = connection.execute(named.where(are_those))
                found |= {row.ref: (row.source, row.incident_id) for row in rows}
            return found

        return await self._reader.read(read)
