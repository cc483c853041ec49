"""Tickets as incidents and outcomes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.fakes import fixed_clock
from tests.trackers import Connect, FakeRequestTracker

from triage.domain import IncidentState
from triage.trackers import Ticket, TicketChange, TrackerKind, TrackerPoll, open_reader
from triage.trackers.polling import to_outcomes, to_received

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
VALUES = {
    "subject": "VPN",
    "content": "It is down",
    "queue": "Network",
    "priority": "50",
    "owner": "bob",
    "requestor": "ada",
}
OPEN = Ticket("7", "7", NOON, LATER, VALUES, (TicketChange(LATER, "queue", "Desk", "Network", "bob"),))
OVER = replace(OPEN, resolved_at=LATER + timedelta(hours=1))


def test_ticket_is_an_incident_without_what_is_done_about_it() -> None:
    received = to_received(OPEN, "rt", NOON)
    incident = received.incident
    assert (incident.id, incident.source, incident.opened_at, incident.state) == ("7", "rt", NOON, IncidentState.OPEN)
    assert incident.labels == {name: VALUES[name] for name in ("subject", "content", "queue", "priority", "requestor")}
    assert received.as_of == LATER


def test_ticket_that_is_only_worked_on_says_the_same_and_one_that_is_over_says_so() -> None:
    touched = replace(OPEN, values={**VALUES, "owner": "eve"}, updated_at=LATER + timedelta(hours=2))
    assert to_received(touched, "rt", LATER).digest == to_received(OPEN, "rt", NOON).digest
    assert to_received(OVER, "rt", NOON).digest != to_received(OPEN, "rt", NOON).digest
    assert to_received(OVER, "rt", NOON).incident.state is IncidentState.RESOLVED


def test_open_ticket_has_no_outcome() -> None:
    assert to_outcomes(OPEN, "rt", "") == ()


def test_outcome_tells_since_when_each_value_is_known_and_who_said_so() -> None:
    told = {
        one.given_by: {each.name: (each.value, each.known_at) for each in one.values}
        for one in to_outcomes(OVER, "rt", "")
    }
    assert told["bob"] == {"queue": ("Network", LATER)}
    assert told[""]["priority"] == ("50", OVER.resolved_at)
    assert told[""]["resolved_at"] == ("2026-11-23T14:00:00+00:00", OVER.resolved_at)
    # Neither what was reported nor who reported it is an outcome.
    assert told[""].keys() == {"priority", "owner", "resolved_at"}


def test_what_we_changed_ourselves_is_signed_so() -> None:
    assert "triage" in [one.given_by for one in to_outcomes(OVER, "rt", "bob")]


def test_ticket_that_we_made_is_no_incident(connect: Connect) -> None:
    tracker = FakeRequestTracker()
    tracker.open(1, "2026-11-25T10:00:00Z", "VPN [triage:4f2a]")
    tracker.open(2, "2026-11-25T10:00:00Z")
    client = connect(tracker, TrackerKind.REQUEST_TRACKER, source="rt", destination="desk", poll_s=9)
    poll = TrackerPoll(client.account, open_reader(client), fixed_clock)
    assert (poll.name, poll.destination, poll.interval_s) == ("desk", "desk", 9)
    read = poll.read("1")
    assert [(ticket.ref, ticket.received is None) for ticket in read.tickets] == [("1", True), ("2", False)]
