"""A ticket → rows of an event log: how it stood when it was opened, and after each change. Pure: fetches nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby

from triage.trackers.tickets import Ticket, TicketChange

__all__ = ["LOG_COLUMNS", "to_rows"]

# What an event log is recognised by (`triage.exports.recognise`), and what stands in it whatever the tracker.
LOG_COLUMNS = (
    "number",
    "incident_state",
    "opened_at",
    "resolved_at",
    "closed_at",
    "sys_updated_at",
    "sys_mod_count",
)
_NEW, _OPEN, _RESOLVED, _CLOSED = "New", "Open", "Resolved", "Closed"


def to_rows(ticket: Ticket, names: Mapping[tuple[str, str], str] | None = None) -> Iterator[dict[str, str]]:
    """Yield how a ticket stood at its opening and after every change, the oldest first.

    Parameters
    ----------
    ticket : Ticket
    names : mapping of (str, str) to str or None, default=None
        What people call values of changes, by column and value, beside what the ticket itself says of that.

    Notes
    -----
    The values at opening are those of today with all changes undone, the newest first. What was changed in the second
    in which the ticket was created belongs to its opening. Times of the end stand in the last row alone: they are not
    known before.

    Examples
    --------
    >>> from datetime import UTC, datetime, timedelta
    >>> noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    >>> moved = TicketChange(noon + timedelta(hours=1), "queue", "Desk", "Network")
    >>> ticket = Ticket("7", "7", noon, moved.at, {"queue": "Network"}, (moved,))
    >>> [(row["incident_state"], row["queue"]) for row in to_rows(ticket)]
    [('New', 'Desk'), ('Open', 'Network')]
    """
    known = {**(names or {}), **ticket.names}
    stands = _stages(ticket, known) if ticket.has_changes else []
    last_at = stands[-1][0] if stands else ticket.created_at
    if not stands or ticket.updated_at > last_at:
        stands.append((max(ticket.updated_at, last_at), ticket.values))
    for place, (at, values) in enumerate(stands, 0 if ticket.has_changes else 1):
        yield _row(ticket, values, at, place, is_last=values is stands[-1][1])


def _stages(ticket: Ticket, known: Mapping[tuple[str, str], str]) -> list[tuple[datetime, Mapping[str, str]]]:
    """Return the values at opening and after each moment at which some were changed."""
    later = sorted((one for one in ticket.changes if one.at > ticket.created_at), key=lambda change: change.at)
    values = dict(ticket.values)
    for change in reversed(later):
        _put(values, change.column, _named(change, change.old, known), _named(change, change.new, known), ticket)
    stages: list[tuple[datetime, Mapping[str, str]]] = [(ticket.created_at, dict(values))]
    for at, changes in groupby(later, key=lambda change: change.at):
        for change in changes:
            _put(values, change.column, _named(change, change.new, known), _named(change, change.old, known), ticket)
        stages.append((at, dict(values)))
    return stages


def _row(ticket: Ticket, values: Mapping[str, str], at: datetime, place: int, *, is_last: bool) -> dict[str, str]:
    ends = {"resolved_at": ticket.resolved_at, "closed_at": ticket.closed_at}
    told = {name: _stamp(moment) for name, moment in ends.items() if is_last and moment is not None}
    last_state = _CLOSED if ticket.closed_at is not None else _RESOLVED if ticket.resolved_at is not None else _OPEN
    return {
        **values,
        "number": ticket.id,
        "incident_state": _NEW if place == 0 else last_state if is_last else _OPEN,
        "opened_at": _stamp(ticket.opened_at or ticket.created_at),
        **told,
        "sys_updated_at": _stamp(at),
        "sys_mod_count": str(place),
    }


def _put(values: dict[str, str], column: str, value: str, instead_of: str, ticket: Ticket) -> None:
    if column in ticket.several:
        parts = [part for part in values.get(column, "").split(", ") if part and part != instead_of]
        value = ", ".join(sorted({*parts, value} - {""}))
    if value:
        values[column] = value
    else:
        values.pop(column, None)


def _named(change: TicketChange, value: str, names: Mapping[tuple[str, str], str]) -> str:
    return names.get((change.column, value), value)


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
