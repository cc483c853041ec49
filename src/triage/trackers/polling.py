"""Tickets that are new or changed → incidents and outcomes; implements `triage.flow.PollSource`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from triage.domain import IncidentState, Outcome, OutcomeValue
from triage.exports import DESCRIPTION_NAMES, ID_NAMES, TITLE_NAMES, canonical, is_caller, refusal
from triage.flow import Polled, PolledTicket, Received
from triage.intake.reports import Report, to_received_report
from triage.trackers.accounts import Account
from triage.trackers.tickets import Ticket, TicketChange, TrackerReader

__all__ = ["TrackerPoll", "to_outcomes", "to_received"]

# How a ticket that we made is told, where its incident is not known to have arrived yet.
_OUR_MARK = re.compile(r"\[triage:\w+\]")
# What a ticket says of itself is no label.
_NO_LABELS = frozenset({*TITLE_NAMES, *DESCRIPTION_NAMES, *ID_NAMES})
_OURSELVES = "triage"


class TrackerPoll:
    """One tracker, read again and again.

    Parameters
    ----------
    account : Account
    reader : TrackerReader
    clock : callable returning datetime
        The present (aware, UTC).
    """

    def __init__(self, account: Account, reader: TrackerReader, clock: Callable[[], datetime]) -> None:
        self._account = account
        self._reader = reader
        self._clock = clock

    @property
    def name(self) -> str:
        """That of the account."""
        return self._account.name

    @property
    def destination(self) -> str:
        """Where we make tickets in it ourselves."""
        return self._account.destination

    @property
    def interval_s(self) -> float:
        """How long to wait between two polls, in seconds."""
        return self._account.poll_s

    def read(self, mark: str) -> Polled:
        """Read what is new; raises as `TrackerReader.changed` does."""
        now = self._clock()
        changed = self._reader.changed(mark, now)
        return Polled([self._polled(ticket, now) for ticket in changed.tickets], changed.mark, changed.has_more)

    def close(self) -> None:
        """Let connections go."""
        self._reader.close()

    def _polled(self, ticket: Ticket, now: datetime) -> PolledTicket:
        source = self._account.source
        is_ours = any(_OUR_MARK.search(ticket.values.get(name, "")) for name in TITLE_NAMES)
        received = to_received(ticket, source, now) if self._account.takes_incidents and not is_ours else None
        outcomes = to_outcomes(ticket, source, self._account.user) if self._account.takes_outcomes else ()
        return PolledTicket(ticket.ref, received, outcomes)


def to_received(ticket: Ticket, source: str, now: datetime) -> Received:
    """Return a ticket as an incident: what is in it but for how it is being worked on.

    What is the same in these words is the same incident, however often it is touched.
    """
    labels = {name: value for name, value in ticket.values.items() if refusal(name) is None}
    is_over = ticket.resolved_at is not None or ticket.closed_at is not None
    state = IncidentState.RESOLVED if is_over else IncidentState.OPEN
    said = {"id": ticket.id, "labels": labels, "state": state.value}
    report = Report(ticket.id, source, labels, said, ticket.opened_at or ticket.created_at, state)
    return replace(to_received_report(report, now), as_of=ticket.updated_at)


def to_outcomes(ticket: Ticket, source: str, own_user: str) -> tuple[Outcome, ...]:
    """Return how a ticket ended, by who said so; nothing while it is open.

    A value has been known since it was last changed, else since the end. What we changed ourselves is signed so; what
    nobody changed is signed by nobody.
    """
    ended_at = ticket.resolved_at or ticket.closed_at
    if ended_at is None:
        return ()
    last = {change.column: change for change in sorted(ticket.changes, key=lambda change: change.at)}
    by_whom: dict[str, list[OutcomeValue]] = {}
    for name, value in ticket.values.items():
        if canonical(name) in _NO_LABELS or is_caller(name):
            continue
        known_at = last[name].at if name in last else ended_at
        by_whom.setdefault(_author(last, name, own_user), []).append(OutcomeValue(name, value, known_at))
    for name, moment in (("resolved_at", ticket.resolved_at), ("closed_at", ticket.closed_at)):
        if moment is not None:
            by_whom.setdefault("", []).append(OutcomeValue(name, moment.isoformat(), moment))
    return tuple(Outcome(ticket.id, source, tuple(values), by) for by, values in by_whom.items())


def _author(last: Mapping[str, TicketChange], name: str, own_user: str) -> str:
    by = last[name].by if name in last else ""
    return _OURSELVES if by and by == own_user else by
