"""The outbox in a database: implements `triage.flow.Outbox`. It sends nothing.

On PostgreSQL several processes take messages from it: a claim passes over rows that another one is just claiming, and a
claim is void once its process is gone, which an advisory lock of that process tells.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, RowMapping, Select, and_, case, delete, func, insert, select, update

from triage.decide.grouping import NOT_YET
from triage.errors import Conflict, NotFound
from triage.flow import DeadLetter, DeadLetterPage, DestinationState, Edit, Ending, EndState, Message
from triage.store.connections import is_sqlite, reading_engine, to_url, writing_engine
from triage.store.cursors import from_cursor, to_cursor
from triage.store.dialects import conflict_insert
from triage.store.messages import DEAD, SENDING, WAITING, dead_letter_of, edit_text, message_of
from triage.store.outbox_queries import is_disabled, is_first, whole_messages
from triage.store.reading import Reader
from triage.store.schema import upgrade_schema
from triage.store.session_lock import SessionLocks
from triage.store.tables import deliveries, destinations, outbox
from triage.store.writer import GroupWriter
from triage.store.writing import write_all

__all__ = ["SqlOutbox", "open_outbox"]

_BUSY_TIMEOUT_S = 5.0
# What counts apart from what waits: it is not sent before more alerts come.
_HELD = "held"


class SqlOutbox:
    """The outbox in the database of a `SqlJournal`, through its one writer.

    Parameters
    ----------
    writer : GroupWriter
    reader : Reader
    locks : SessionLocks
        Tell whether another process that has claimed messages is still there.
    """

    def __init__(self, writer: GroupWriter, reader: Reader, locks: SessionLocks) -> None:
        self._writer = writer
        self._reader = reader
        self._locks = locks
        # Told apart from every other process that has ever claimed something here.
        self._me = secrets.randbits(62)

    async def claim(self, destination: str, now: datetime, limit: int) -> list[Message]:
        """Take messages that are due; see `triage.flow.Outbox`."""
        await asyncio.to_thread(self._locks.claim, self._me)

        def take(connection: Connection) -> list[Message]:
            due = select(outbox.c.seq).where(is_first(destination), outbox.c.due_at <= now, ~is_disabled(destination))
            order = due.order_by(outbox.c.due_at, outbox.c.seq).limit(limit)
            seqs = connection.scalars(order.with_for_update(skip_locked=True, of=outbox)).all()
            if not seqs:
                return []
            rows = (
                connection.execute(whole_messages().where(outbox.c.seq.in_(seqs)).order_by(outbox.c.seq))
                .mappings()
                .all()
            )
            connection.execute(
                update(outbox)
                .where(outbox.c.seq.in_(seqs))
                .values(state=SENDING, attempts=outbox.c.attempts + 1, was_tried=True, due_at=now, claimed_by=self._me)
            )
            return [message_of(row, row["attempts"] + 1) for row in rows]

        return await self._writer.perform(take)

    async def settle(self, message: Message, ending: Ending) -> None:
        """Write how an attempt ended."""

        def write(connection: Connection) -> None:
            is_it = outbox.c.seq == message.seq
            if ending.state is EndState.DELIVERED:
                connection.execute(delete(outbox).where(is_it))
                _put_delivery(connection, message, ending)
                return
            state = DEAD if ending.state is EndState.DEAD else WAITING
            values = {"state": state, "due_at": ending.due_at or ending.at, "reason": ending.reason, "claimed_by": None}
            if ending.disables:
                # It was refused before it was looked at: not an attempt on the ladder.
                values["attempts"] = message.attempt - 1
                _disable(connection, message.destination, ending)
            connection.execute(update(outbox).where(is_it).values(values))

        await self._writer.perform(write)

    async def recover(self, destination: str, before: datetime) -> int:
        """Let messages wait again that a process claimed before a time and did not settle, as it is gone."""
        is_claimed = (outbox.c.destination == destination) & (outbox.c.state == SENDING) & (outbox.c.due_at < before)
        holders = await self._reader.read(
            lambda connection: set(connection.scalars(select(outbox.c.claimed_by).where(is_claimed)))
        )
        gone = [one for one in holders if one == self._me or await asyncio.to_thread(self._locks.is_free, int(one))]
        if not gone:
            return 0

        def release(connection: Connection) -> int:
            found = update(outbox).where(is_claimed, outbox.c.claimed_by.in_(gone))
            return connection.execute(found.values(state=WAITING, claimed_by=None)).rowcount

        return await self._writer.perform(release)

    async def next_due(self, destination: str) -> datetime | None:
        """Return when the next message is due."""
        query = (
            select(outbox.c.due_at)
            .where(is_first(destination), ~is_disabled(destination))
            .order_by(outbox.c.due_at, outbox.c.seq)
            .limit(1)
        )
        return await self._reader.read(lambda connection: connection.scalar(query))

    async def page_dead(self, limit: int, cursor: str | None = None, destination: str | None = None) -> DeadLetterPage:
        """Return dead letters, the last first; raises as `triage.flow.Outbox` says."""
        query = whole_messages().where(outbox.c.state == DEAD).order_by(outbox.c.seq.desc()).limit(limit + 1)
        if cursor is not None:
            query = query.where(outbox.c.seq < from_cursor(cursor))
        if destination is not None:
            query = query.where(outbox.c.destination == destination)
        rows = await self._rows(query)
        shown = rows[:limit]
        more = to_cursor(shown[-1]["seq"]) if len(rows) > limit else None
        return DeadLetterPage(tuple(dead_letter_of(row) for row in shown), more)

    async def find_dead(self, seq: int) -> DeadLetter:
        """Return a dead letter.

        Raises
        ------
        NotFound
            There is none with this number.
        """
        rows = await self._rows(whole_messages().where(outbox.c.seq == seq, outbox.c.state == DEAD))
        if not rows:
            raise _no_dead(seq)
        return dead_letter_of(rows[0])

    async def edit_dead(self, seq: int, edit: Edit) -> None:
        """Put other content in a dead letter; raises as `find_dead` does."""
        text = edit_text(edit)

        def write(connection: Connection) -> None:
            changed = update(outbox).where(outbox.c.seq == seq, outbox.c.state == DEAD).values(edit=text)
            if not connection.execute(changed).rowcount:
                raise _no_dead(seq)

        await self._writer.perform(write)

    async def replay_dead(self, seq: int, now: datetime) -> None:
        """Have a dead letter tried again from the start.

        Raises
        ------
        NotFound
            There is none with this number.
        Conflict
            The destination has got a later revision of the incident meanwhile.
        """

        def write(connection: Connection) -> None:
            row = (
                connection.execute(whole_messages().where(outbox.c.seq == seq, outbox.c.state == DEAD))
                .mappings()
                .first()
            )
            if row is None:
                raise _no_dead(seq)
            # Of what stands at another incident's record the revisions have nothing to do with that one's.
            is_own = (row["thread_source"], row["thread_id"]) == (row["source"], row["incident_id"])
            if is_own and (row["delivered_revision"] or 0) > row["revision"]:
                raise Conflict(
                    f"{row['destination']} has got revision {row['delivered_revision']} of {row['incident_id']!r} "
                    f"meanwhile; number {seq} is revision {row['revision']} and would set it back. Discard it."
                )
            again = {"state": WAITING, "attempts": 0, "due_at": now}
            connection.execute(update(outbox).where(outbox.c.seq == seq).values(again))

        await self._writer.perform(write)

    async def discard_dead(self, seq: int) -> None:
        """Drop a dead letter; raises as `find_dead` does."""

        def write(connection: Connection) -> None:
            if not connection.execute(delete(outbox).where(outbox.c.seq == seq, outbox.c.state == DEAD)).rowcount:
                raise _no_dead(seq)

        await self._writer.perform(write)

    async def states(self, names: Sequence[str]) -> list[DestinationState]:
        """Return how destinations stand, by name."""

        def ask(connection: Connection) -> list[DestinationState]:
            stands = case((outbox.c.due_at >= NOT_YET, _HELD), else_=outbox.c.state).label("stands")
            counted = select(outbox.c.destination, stands, func.count().label("n"))
            counts = {
                (row.destination, row.stands): row.n
                for row in connection.execute(counted.group_by(outbox.c.destination, "stands"))
            }
            disabled = {row.name: row for row in connection.execute(select(destinations))}
            found = sorted({*names, *(name for name, _ in counts), *disabled})
            due = {name: connection.execute(_first_due(name)).first() for name in found if (name, WAITING) in counts}
            return [
                DestinationState(
                    name,
                    counts.get((name, WAITING), 0) + counts.get((name, SENDING), 0),
                    counts.get((name, DEAD), 0),
                    disabled[name].disabled_at if name in disabled else None,
                    disabled[name].reason if name in disabled else "",
                    counts.get((name, _HELD), 0),
                    first.due_at if (first := due.get(name)) else None,
                    first.reason if first else "",
                )
                for name in found
            ]

        return await self._reader.read(ask)

    async def enable(self, destination: str) -> None:
        """Let a destination get messages again."""

        def write(connection: Connection) -> None:
            connection.execute(delete(destinations).where(destinations.c.name == destination))

        await self._writer.perform(write)

    async def _rows(self, query: Select[tuple[object, ...]]) -> Sequence[RowMapping]:
        return await self._reader.read(lambda connection: connection.execute(query).mappings().all())


@contextmanager
def open_outbox(database_url: str) -> Iterator[SqlOutbox]:
    """Open the outbox of a database beside whoever else writes it: for a person's few changes to dead letters.

    Raises
    ------
    SettingsError
        The URL names no database that is known here, or a newer version wrote it.
    NotFound
        There is no such file.
    """
    url = to_url(database_url)
    if is_sqlite(url) and not Path(str(url.database)).is_file():
        raise NotFound(f"There is no database {url.database} yet. Start triage serve first.")
    with ExitStack() as held:
        writes = writing_engine(url, _BUSY_TIMEOUT_S)
        held.callback(writes.dispose)
        upgrade_schema(writes)
        reads = reading_engine(url, _BUSY_TIMEOUT_S)
        held.callback(reads.dispose)
        locks = SessionLocks(None if is_sqlite(url) else reads)
        held.callback(locks.close)
        writer = GroupWriter(writes, write_all, most_waiting=100)
        held.callback(writer.close)
        yield SqlOutbox(writer, Reader(reads), locks)


def _put_delivery(connection: Connection, message: Message, ending: Ending) -> None:
    triage = message.content.triage
    source, incident_id = message.thread or (triage.source, triage.incident_id)
    values = {"ref": ending.ref or message.ref, "delivered_at": ending.at}
    revision = message.content.revision if message.thread is None else 0
    place = {"destination": message.destination, "source": source, "incident_id": incident_id}
    put = conflict_insert(connection, deliveries).values({**place, **values, "revision": revision})
    if message.thread is None:
        values["revision"] = revision
    connection.execute(put.on_conflict_do_update(index_elements=list(place), set_=values))


def _disable(connection: Connection, destination: str, ending: Ending) -> None:
    is_known = connection.scalar(select(destinations.c.name).where(destinations.c.name == destination))
    if is_known is None:
        row = {"name": destination, "disabled_at": ending.at, "reason": ending.reason}
        connection.execute(insert(destinations), [row])


def _no_dead(seq: int) -> NotFound:
    return NotFound(f"No dead letter has the number {seq}.")


def _first_due(name: str) -> Select[tuple[datetime, str]]:
    # One that was tried says why; what waits behind it is due already.
    is_waiting = and_(outbox.c.destination == name, outbox.c.state == WAITING, outbox.c.due_at < NOT_YET)
    waiting = select(outbox.c.due_at, outbox.c.reason).where(is_waiting)
    return waiting.order_by(outbox.c.reason == "", outbox.c.due_at, outbox.c.seq).limit(1)
