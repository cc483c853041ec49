"""What waits in the outbox before it opens a record: sent earlier, or never. Nothing is decided here.

Only what has never been tried and is not due yet waits in this sense: what is tried again has been tried.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, delete, select, union, update
from sqlalchemy.exc import SQLAlchemyError

from triage.decide.grouping import NOT_YET
from triage.domain import IncidentState
from triage.errors import StoreUnavailable
from triage.flow import MemberMode
from triage.store.grouping import Grouped
from triage.store.messages import LONG_AGO, WAITING
from triage.store.rows import EntryRows, Key
from triage.store.tables import deliveries, outbox

__all__ = ["knowing", "release_held", "settle_waiting"]


def settle_waiting(connection: Connection, entry: EntryRows, grouped: Grouped) -> frozenset[str]:
    """Do to what waits what an entry changes about it; return the destinations that are not to hear of the entry.

    What is over before its record was opened is taken back, all that waits behind it included, and those that so have
    never heard of it never will. A message that is just being sent is not taken back: what follows is told there.
    """
    wait, now = grouped.wait, entry.revision["received_at"]
    if wait is None:
        return frozenset()
    for thread in wait.expired:
        _take_back(connection, thread, now)
    for thread, due_at in wait.due.items():
        waits = _is_on(thread) & _is_waiting(now)
        connection.execute(update(outbox).where(waits).values(due_at=due_at))
    modes = entry.entry.members
    apart = {name for name in entry.entry.destinations if modes.get(name, MemberMode.SEPARATE) is MemberMode.SEPARATE}
    within = set(entry.entry.destinations) - apart
    silent: set[str] = set()
    if wait.is_silent and apart:
        if entry.entry.received.incident.state is IncidentState.RESOLVED:
            _take_back(connection, entry.key, now, apart)
        silent |= apart - knowing(connection, entry.key, apart)
    if wait.is_silent_in_group:
        # All there is on that record, as its own incident is over too, or never was told; it may go elsewhere.
        _take_back(connection, grouped.lead, now)
        silent |= within - knowing(connection, grouped.lead, within)
    return frozenset(silent)


def release_held(reads: Engine, writes: Engine) -> None:
    """Have all that is held sent at once: where alerts are grouped no longer, nothing else would end it.

    Raises
    ------
    StoreUnavailable
        Something is held, and the database cannot be written.
    """
    is_held = (outbox.c.state == WAITING) & (outbox.c.due_at >= NOT_YET)
    try:
        with reads.connect() as connection:
            if connection.scalar(select(outbox.c.seq).where(is_held).limit(1)) is None:
                return
        with writes.begin() as connection:
            connection.execute(update(outbox).where(is_held).values(due_at=LONG_AGO))
    except SQLAlchemyError as err:
        said = getattr(err, "orig", None) or err
        raise StoreUnavailable(
            f"What is held in the outbox cannot be sent: {said}. Let the database be written."
        ) from err


def knowing(connection: Connection, thread: Key, names: Collection[str]) -> set[str]:
    """Return which destinations have, or will have, a record of an incident: something was delivered, or is to be."""
    delivered = select(deliveries.c.destination).where(
        deliveries.c.source == thread[0], deliveries.c.incident_id == thread[1], deliveries.c.destination.in_(names)
    )
    kept = select(outbox.c.destination).where(_is_on(thread), outbox.c.destination.in_(names))
    return set(connection.scalars(union(delivered, kept)))


def _take_back(connection: Connection, thread: Key, now: datetime, names: Collection[str] | None = None) -> None:
    """Delete what waits, with all behind it; at some destinations, or at all."""
    waits = select(outbox.c.destination).where(_is_on(thread), _is_waiting(now))
    if names is not None:
        waits = waits.where(outbox.c.destination.in_(names))
    # Held first: whoever is just taking one of them to send it has it, or passes over it.
    unopened = set(connection.scalars(waits.with_for_update()))
    if unopened:
        is_unsent = outbox.c.destination.in_(unopened) & (outbox.c.state == WAITING)
        connection.execute(delete(outbox).where(_is_on(thread), is_unsent))


def _is_on(thread: Key) -> ColumnElement[bool]:
    return (outbox.c.thread_source == thread[0]) & (outbox.c.thread_id == thread[1])


def _is_waiting(now: datetime) -> ColumnElement[bool]:
    return (outbox.c.state == WAITING) & ~outbox.c.was_tried & (outbox.c.due_at > now)
