"""Incidents of ServiceNow with their audit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.trackers import Connect, FakeServiceNow, audit, incident

from triage.errors import DataError, TrackerRefused
from triage.trackers import Ticket, TicketChange, TrackerKind, open_reader

UNTIL = datetime(2026, 12, 1, tzinfo=UTC)


def tickets(tracker: FakeServiceNow, connect: Connect, after: str = "", **more: object) -> list[Ticket]:
    reader = open_reader(connect(tracker, TrackerKind.SERVICENOW, per_page=2, **more))
    return [ticket for page in reader.pages(None, UNTIL, after) for ticket in page.tickets]


def test_incidents_come_with_what_is_shown_and_changes_with_their_codes(connect: Connect) -> None:
    tracker = FakeServiceNow(shown={"1": "1 - High", "a" * 32: "Network"})
    tracker.tables["incident"] = [incident(1, resolved_at="2026-11-25 12:00:00")]
    tracker.tables["sys_audit"] = [audit(1, 1, "urgency", "3", "1"), audit(2, 1, "work_notes", "", "called")]
    [ticket] = tickets(tracker, connect)
    assert (ticket.id, ticket.values["urgency"], ticket.values["assignment_group"]) == (
        "INC0001",
        "1 - High",
        "Network",
    )
    assert ticket.changes == (TicketChange(datetime(2026, 11, 25, 11, tzinfo=UTC), "urgency", "3", "1", "bob"),)
    assert ticket.names["urgency", "1"] == "1 - High"
    # Of a time what is stored counts, not what is shown.
    assert ticket.created_at == datetime(2026, 11, 25, 10, tzinfo=UTC)
    assert ticket.resolved_at == datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_equal_times_and_rows_that_come_and_go_between_pages_lose_nothing(connect: Connect) -> None:
    tracker = FakeServiceNow()
    rows = tracker.tables["incident"]
    rows += [incident(number) for number in range(1, 8)]
    # While the second page is read, the first incident goes and the fifth is changed.
    tracker.told = [
        lambda: None,
        lambda: None,
        lambda: rows.pop(0) and rows[3].update(sys_updated_on="2026-11-26 10:00:00"),
    ]
    assert [ticket.id for ticket in tickets(tracker, connect)] == [f"INC{number:04}" for number in range(1, 8)]


def test_reading_goes_on_from_a_mark(connect: Connect) -> None:
    tracker = FakeServiceNow()
    tracker.tables["incident"] = [incident(number) for number in range(1, 6)]
    assert [ticket.id for ticket in tickets(tracker, connect, f"{3:032x}")] == ["INC0004", "INC0005"]


def test_span_is_cut_to_the_second_whatever_zone_a_query_is_in(connect: Connect) -> None:
    tracker = FakeServiceNow()
    tracker.tables["incident"] = [incident(1, "2026-11-25 09:59:59"), incident(2), incident(3, "2026-11-25 10:00:01")]
    reader = open_reader(connect(tracker, TrackerKind.SERVICENOW))
    since, until = (datetime(2026, 11, 25, 10, 0, second, tzinfo=UTC) for second in (0, 1))
    assert [one.id for page in reader.pages(since, until) for one in page.tickets] == ["INC0002"]


def test_query_and_columns_of_the_account_are_asked_for(connect: Connect) -> None:
    tracker = FakeServiceNow()
    tracker.tables["incident"] = [incident(1, u_team="red", active="true"), incident(2, active="false")]
    [ticket] = tickets(tracker, connect, query="active=true", fields={"u_team": "team"})
    assert ticket.values["team"] == "red"


def test_account_that_may_not_see_changes_is_told_what_to_do(connect: Connect) -> None:
    tracker = FakeServiceNow(forbidden="sys_audit")
    tracker.tables["incident"] = [incident(1)]
    with pytest.raises(TrackerRefused, match="sys_audit; changes = false does without"):
        tickets(tracker, connect)
    [ticket] = tickets(tracker, connect, has_changes=False)
    assert not ticket.has_changes


def test_what_has_changed_is_asked_for_by_minutes_ago_which_have_no_zone(connect: Connect) -> None:
    tracker = FakeServiceNow()
    tracker.tables["incident"] = [incident(number) for number in range(1, 6)]
    reader = open_reader(connect(tracker, TrackerKind.SERVICENOW, per_page=2))
    first = reader.changed("", UNTIL)
    assert (list(first.tickets), first.mark) == ([], UNTIL.isoformat())
    assert tracker.calls == []
    later = reader.changed(first.mark, UNTIL + timedelta(minutes=90, seconds=1))
    assert len(later.tickets) == 5
    # 91 minutes, and 5 in which clocks may differ.
    assert tracker.calls[0][1]["sysparm_query"].startswith("sys_updated_on>=javascript:gs.minutesAgoStart(96)^")
    assert later.mark == "2026-12-01T01:30:01+00:00"


def test_column_that_is_no_longer_there_is_named(connect: Connect) -> None:
    tracker = FakeServiceNow()
    tracker.tables["incident"] = [{name: value for name, value in incident(1).items() if name != "opened_at"}]
    with pytest.raises(DataError, match="Incident INC0001 must have 'opened_at'"):
        tickets(tracker, connect)
