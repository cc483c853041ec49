"""What waits in the outbox before it opens a record: sent earlier, or never. Nothing is decided here.

Only what has never been tried and is not due yet waits in this sense: what is tried again has been tried.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, select, union, update

from triage.flow import MemberMode
from triage.store.grouping import Grouped
from triage.store.messages import WAITING
from triage.store.rows import EntryRows, Key
from triage.store.tables import deliveries, outbox

__all__ = ["knowing", "settle_waiting"]


def settle_waiting(connection: Connection, entry: EntryRows, grouped: Grouped) -> frozenset[str]:
    """Do to what waits what an entry changes about it; return the destinations that are not to hear of the entry.

    What is over before its record was opened is taken back, all that waits behind it included, and those that so have
    never heard of it never will. A message that is just being sent is not taken back: what follows is told there.
    """
    wait, now = grouped.wait, entry.revision["received_at"]
    if wait is None:
        return frozenset()
    for thread, due_at in wait.due.items():
        waits = _is_on(thread) & _is_waiting(now)
        connection.execute(update(outbox).where(waits).values(due_at=due_at))
    modes = entry.entry.members
    apart = {name for name in entry.entry.destinations if modes.get(name, MemberMode.SEPARATE) is MemberMode.SEPARATE}
    within = set(entry.entry.destinations) - apart
    silent: set[str] = set()
    if wait.is_over and apart:
        _take_back(connection, entry.key, now, apart)
        silent |= apart - knowing(connection, entry.key, apart)
    if wait.is_all_over:
        # All there is on that record, as its own incident is over too; it may go elsewhere than this one.
        _take_back(connection, grouped.lead, now)
        silent |= within - knowing(connection, grouped.lead, within)
    return frozenset(silent)


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
