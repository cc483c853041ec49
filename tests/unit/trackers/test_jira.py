"""Issues of Jira with their changelogs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.trackers import Connect, FakeJira

from triage.errors import DataError
from triage.trackers import Page, Ticket, TrackerKind, open_reader

UNTIL = datetime(2026, 12, 1, tzinfo=UTC)


def issue(number: int, created: str = "2026-11-25T10:00:00.000+0000", *changes: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": str(number),
        "key": f"OPS-{number}",
        "fields": {
            "created": created,
            "updated": created,
            "resolutiondate": None,
            "summary": "VPN down",
            "priority": {"name": "High"},
            "components": [{"name": "vpn"}, {"name": "dns"}],
            "customfield_1": {"value": "red"},
        },
        "changelog": {"histories": list(changes)},
    }


def change(field: str, old: str | None, new: str | None, **more: str) -> dict[str, Any]:
    item = {"field": field, "fromString": old, "toString": new, **more}
    return {"created": "2026-11-25T11:00:00.000+0000", "author": {"displayName": "Bob"}, "items": [item]}


def pages(tracker: FakeJira, connect: Connect, after: str = "", **more: object) -> list[Page]:
    reader = open_reader(connect(tracker, TrackerKind.JIRA, per_page=2, **more))
    return list(reader.pages(None, UNTIL, after))


def tickets(tracker: FakeJira, connect: Connect, after: str = "", **more: object) -> list[Ticket]:
    return [ticket for page in pages(tracker, connect, after, **more) for ticket in page.tickets]


@pytest.mark.parametrize("is_cloud", [True, False])
def test_issues_come_with_their_changes_by_our_names(connect: Connect, is_cloud: bool) -> None:
    said = [
        change("priority", "Low", "High", fieldId="priority"),
        change("Component", None, "vpn"),
        change("Rank", "", "higher"),
    ]
    tracker = FakeJira(issues=[issue(1, "2026-11-25T11:00:00.000+0100", *said)], is_cloud=is_cloud)
    [ticket] = tickets(tracker, connect, fields={"customfield_1": "team"})
    assert ticket.created_at == datetime(2026, 11, 25, 10, tzinfo=UTC)
    assert (ticket.values["priority"], ticket.values["components"], ticket.values["team"]) == (
        "High",
        "dns, vpn",
        "red",
    )
    assert [(one.column, one.old, one.new, one.by) for one in ticket.changes] == [
        ("priority", "Low", "High", "Bob"),
        ("components", "", "vpn", "Bob"),
    ]


@pytest.mark.parametrize("is_cloud", [True, False])
def test_a_minute_that_is_longer_than_a_page_is_read_whole(connect: Connect, is_cloud: bool) -> None:
    minutes = [0, 0, 0, 0, 0, 1, 1, 2]
    issues = [issue(number, f"2026-11-25T10:{minute:02}:30.000+0000") for number, minute in enumerate(minutes, 1)]
    tracker = FakeJira(issues=issues, is_cloud=is_cloud)
    assert [ticket.id for ticket in tickets(tracker, connect)] == [f"OPS-{number}" for number in range(1, 9)]


@pytest.mark.parametrize("is_cloud", [True, False])
def test_issues_that_go_between_pages_hide_no_other(connect: Connect, is_cloud: bool) -> None:
    issues = [issue(number, f"2026-11-25T10:{number:02}:30.000+0000") for number in range(1, 8)]
    tracker = FakeJira(issues=issues, is_cloud=is_cloud)
    tracker.told = [lambda: None, lambda: None, lambda: None, lambda: issues.pop(0) and None]
    assert [ticket.id for ticket in tickets(tracker, connect)] == [f"OPS-{number}" for number in range(1, 8)]


def test_reading_goes_on_from_the_minute_of_a_mark(connect: Connect) -> None:
    issues = [issue(number, f"2026-11-25T10:{number:02}:30.000+0000") for number in range(1, 8)]
    tracker = FakeJira(issues=issues)
    first = pages(tracker, connect)[0]
    again = tickets(tracker, connect, first.mark)
    # Of the minute itself everything comes again: more than once is allowed, less is not.
    assert [ticket.id for ticket in again] == [f"OPS-{number}" for number in range(2, 8)]


@pytest.mark.parametrize("is_cloud", [True, False])
def test_changelog_that_is_shown_in_part_is_read_whole(connect: Connect, is_cloud: bool) -> None:
    said = [change("priority", str(number), str(number + 1)) for number in range(5)]
    tracker = FakeJira(issues=[issue(1, "2026-11-25T10:00:00.000+0000", *said)], is_cloud=is_cloud, most_changes=2)
    [ticket] = tickets(tracker, connect)
    assert [one.old for one in ticket.changes] == ["0", "1", "2", "3", "4"]


def test_search_that_has_changed_its_shape_is_told(connect: Connect) -> None:
    tracker = FakeJira(issues=[issue(1)])
    del tracker.issues[0]["fields"]["updated"]
    with pytest.raises(DataError, match="Issue OPS-1 must have 'updated'"):
        tickets(tracker, connect)


@pytest.mark.parametrize("is_cloud", [True, False])
def test_what_has_changed_is_asked_for_by_minutes_ago_which_have_no_zone(connect: Connect, is_cloud: bool) -> None:
    issues = [issue(number, f"2026-11-25T10:{number:02}:30.000+0000") for number in range(1, 6)]
    tracker = FakeJira(issues=issues, is_cloud=is_cloud)
    reader = open_reader(connect(tracker, TrackerKind.JIRA, per_page=2))
    first = reader.changed("", UNTIL)
    later = reader.changed(first.mark, UNTIL + timedelta(minutes=1))
    assert [ticket.id for ticket in later.tickets] == [f"OPS-{number}" for number in range(1, 6)]
    asked = [query["jql"] for path, query in tracker.calls if "search" in path]
    assert all('updated >= "-6m"' in jql for jql in asked)


def test_query_is_bracketed(connect: Connect) -> None:
    tracker = FakeJira(issues=[issue(1)])
    tickets(tracker, connect, query="project = OPS OR project = NET")
    asked = [query["jql"] for path, query in tracker.calls if path.endswith("/search")]
    assert asked[0].startswith("(project = OPS OR project = NET) AND created <=")
