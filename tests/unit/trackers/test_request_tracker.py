"""Tickets of Request Tracker with their transactions; every answer has the shape that version 5.0.3 gave."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from starlette.responses import JSONResponse
from tests.trackers import Connect, FakeRequestTracker

from triage.errors import DataError
from triage.trackers import Changed, Ticket, TrackerKind
from triage.trackers.request_tracker import RequestTrackerReader

UNTIL = datetime(2026, 12, 1, tzinfo=UTC)
TEN, ELEVEN, NOON = (f"2026-11-25T{hour}:00:00Z" for hour in (10, 11, 12))


def reader_of(tracker: FakeRequestTracker, connect: Connect, **more: object) -> RequestTrackerReader:
    return RequestTrackerReader(connect(tracker, TrackerKind.REQUEST_TRACKER, **{"per_page": 2, **more}))


def tickets(tracker: FakeRequestTracker, connect: Connect, after: str = "", **more: object) -> list[Ticket]:
    return [one for page in reader_of(tracker, connect, **more).pages(None, UNTIL, after) for one in page.tickets]


def test_a_ticket_comes_with_its_text_and_changes_by_name(connect: Connect) -> None:
    tracker = FakeRequestTracker(
        names={"queue/1": "General", "queue/2": "Network", "user/6": "Nobody", "user/14": "bob"}
    )
    tracker.open(7, TEN)
    tracker.change(7, ELEVEN, "Queue", "1", "2", Queue={"id": "2", "Name": "Network"})
    tracker.change(7, ELEVEN, "Owner", "6", "14", Owner={"id": "bob", "Name": "bob"})
    tracker.change(7, NOON, "Status", "new", "resolved", Status="resolved", Resolved=NOON)
    [ticket] = tickets(tracker, connect)
    assert ticket.values == {
        "subject": "VPN down",
        "content": "VPN down since noon",
        "queue": "Network",
        "owner": "bob",
        "requestor": "ada@example.org",
        "priority": "0",
        "status": "resolved",
    }
    assert [(one.column, one.old, one.new) for one in ticket.changes] == [
        ("queue", "General", "Network"),
        ("owner", "", "bob"),
        ("status", "new", "resolved"),
    ]
    assert ticket.resolved_at == datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_custom_fields_are_columns_by_their_name_or_ours(connect: Connect) -> None:
    tracker = FakeRequestTracker(names={"customfield/3": "Site"})
    tracker.open(1, TEN)
    tracker.tickets[1]["CustomFields"] = [{"id": "3", "name": "Site", "values": ["Bonn"]}]
    tracker.change(1, ELEVEN, "3", "Köln", "Bonn")
    tracker.transactions[-1]["Type"] = "CustomField"
    [ticket] = tickets(tracker, connect, fields={"Site": "location"})
    assert ticket.values["location"] == "Bonn"
    assert [(one.column, one.old) for one in ticket.changes] == [("location", "Köln")]


def test_ticket_that_was_opened_again_is_not_resolved(connect: Connect) -> None:
    tracker = FakeRequestTracker()
    tracker.open(1, TEN)
    tracker.change(1, ELEVEN, "Status", "new", "resolved", Status="resolved", Resolved=ELEVEN)
    tracker.change(1, NOON, "Status", "resolved", "open", Status="open")
    assert [ticket.resolved_at for ticket in tickets(tracker, connect)] == [None]


def test_tickets_that_are_changed_or_opened_while_it_reads_move_nothing(connect: Connect) -> None:
    tracker = FakeRequestTracker()
    for number in range(1, 6):
        tracker.open(number, TEN)

    def meanwhile() -> None:
        tracker.change(1, NOON, "Status", "new", "open", Status="open")
        tracker.open(6, NOON)

    # The calls of the first page: tickets, transactions until there are none, a text each.
    tracker.told = [*[lambda: None] * 5, meanwhile]
    assert [ticket.id for ticket in tickets(tracker, connect)] == ["1", "2", "3", "4", "5", "6"]


def test_span_is_cut_by_us_as_queries_are_in_the_zone_of_the_account(connect: Connect) -> None:
    tracker = FakeRequestTracker()
    tracker.open(1, TEN)
    tracker.open(2, ELEVEN)
    tracker.open(3, NOON)
    reader = reader_of(tracker, connect, query="Queue = 'General'")
    since, until = (datetime.fromisoformat(at) for at in (ELEVEN, NOON))
    assert [one.id for page in reader.pages(since, until) for one in page.tickets] == ["2"]
    asked = tracker.calls[0][1]["query"]
    assert asked == (
        "( Queue = 'General' ) AND Created < '2026-11-26 12:00:00' AND Created > '2026-11-24 11:00:00' AND id > 0"
    )


def test_what_has_changed_is_found_by_transactions(connect: Connect) -> None:
    tracker = FakeRequestTracker()
    tracker.open(1, TEN)
    tracker.open(2, TEN)
    reader = reader_of(tracker, connect)
    first = reader.changed("", UNTIL)
    assert (list(first.tickets), reader.changed(first.mark, UNTIL)) == ([], Changed((), first.mark))
    tracker.change(2, ELEVEN, "Status", "new", "open", Status="open")
    tracker.open(3, ELEVEN)
    later = reader.changed(first.mark, UNTIL)
    assert [ticket.id for ticket in later.tickets] == ["2", "3"]
    assert reader.changed(later.mark, UNTIL) == Changed((), later.mark)


def test_transactions_of_the_last_seconds_are_looked_at_again(connect: Connect) -> None:
    tracker = FakeRequestTracker()
    tracker.open(1, TEN)
    reader = reader_of(tracker, connect)
    at = datetime.fromisoformat(TEN)
    found = reader.changed("1", at + timedelta(seconds=1))
    assert ([ticket.id for ticket in found.tickets], found.mark) == (["1"], "1")
    # A minute later, or with others that are later, nothing comes before it any more.
    assert reader.changed("1", at + timedelta(minutes=2)).mark == tracker.transactions[0]["id"]
    tracker.open(2, ELEVEN)
    assert reader.changed("1", at).mark == tracker.transactions[0]["id"]


def test_more_transactions_than_a_call_gives_are_read_in_turns(connect: Connect) -> None:
    tracker = FakeRequestTracker()
    for number in range(1, 151):
        tracker.open(number, TEN)
    reader = reader_of(tracker, connect, has_changes=False)
    mark, seen = "1", list[str]()
    for _ in range(2):
        found = reader.changed(mark, datetime.fromisoformat(TEN))
        seen += [ticket.id for ticket in found.tickets]
        mark = found.mark
    assert seen == [str(number) for number in range(1, 151)]
    assert not found.has_more


def test_answer_without_items_is_told(connect: Connect) -> None:
    tracker = FakeRequestTracker(told=[JSONResponse({"message": "no"})])
    with pytest.raises(DataError, match="tickets must hold a list of objects under 'items'"):
        tickets(tracker, connect)
