"""A tracker's past as a training file."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.responses import HTMLResponse, JSONResponse
from structlog.testing import capture_logs
from tests.trackers import Connect, FakeRequestTracker, FakeServiceNow, audit, incident

from triage.datasets import ReadOptions, read_table, to_history
from triage.errors import DataError, TrackerRefused, TriageError, UsageError
from triage.trackers import TrackerClient, TrackerKind, open_reader
from triage.trackers.pull import Pulled, pull

NOW = datetime(2026, 12, 1, tzinfo=UTC)


def pulled(client: TrackerClient, out: Path, since: datetime | None = None) -> Pulled:
    return pull(open_reader(client), client.account, (since, None, NOW), out, lambda _: None)


def desk(count: int = 7) -> FakeServiceNow:
    """A desk whose incidents are moved from one group to another an hour after they were opened."""
    groups = {"a" * 32: "Service Desk", "b" * 32: "Network", "c" * 32: "Hardware"}
    tracker = FakeServiceNow(shown=groups)
    for number in range(1, count + 1):
        group = "b" * 32 if number % 2 else "c" * 32
        end = {"resolved_at": "2026-11-25 11:00:00", "sys_updated_on": "2026-11-25 11:00:00"}
        tracker.tables["incident"].append(incident(number, assignment_group=group, **end))
        tracker.tables["sys_audit"].append(audit(number, number, "assignment_group", "a" * 32, group))
    tracker.tables["incident"].append(incident(99, assignment_group="a" * 32))
    return tracker


def test_file_is_learnt_from_unchanged_with_opening_values_ends_and_times(connect: Connect, tmp_path: Path) -> None:
    out = tmp_path / "history.csv"
    client = connect(desk(), TrackerKind.SERVICENOW, per_page=3)
    assert pulled(client, out) == Pulled(8, 15)
    history = to_history(read_table(out, ReadOptions()), ReadOptions())
    assert history.kind == "servicenow-event-log"
    # The group at opening is known by its name although the change gives its number.
    assert set(history.inputs["assignment_group"]) == {"Service Desk"}
    assert set(history.targets["assignment_group"]) == {"Network", "Hardware", "Service Desk"}
    assert history.known_at is not None
    assert history.known_at[0] == datetime(2026, 11, 25, 11, tzinfo=UTC)
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (JSONResponse({"error": {"message": "expired"}}, 401), TrackerRefused),
        (HTMLResponse("<html>Sign in</html>"), DataError),
    ],
)
def test_interrupted_pull_goes_on_where_it_was(
    connect: Connect, tmp_path: Path, said: HTMLResponse, error: type[TriageError]
) -> None:
    out, tracker = tmp_path / "history.csv", desk()
    out.write_text("what was there before")
    client = connect(tracker, TrackerKind.SERVICENOW, per_page=3)
    tracker.told = [lambda: None, lambda: None, lambda: None, said]
    with pytest.raises(error):
        pulled(client, out)
    assert out.read_text() == "what was there before"
    # As if the machine had died in the middle of a line.
    with (tmp_path / "history.csv.partial").open("ab") as file:
        file.write(b'{"mark": "f')
    before = len(tracker.calls)
    again = connect(tracker, TrackerKind.SERVICENOW, per_page=3, url=client.account.url)
    assert pulled(again, out) == Pulled(8, 15)
    asked = tracker.calls[before][1]["sysparm_query"]
    assert f"sys_id>{3:032x}" in asked
    whole = tmp_path / "whole.csv"
    pulled(connect(tracker, TrackerKind.SERVICENOW, url=client.account.url), whole)
    assert out.read_text() == whole.read_text()


def test_file_that_was_begun_for_something_else_is_not_mixed_up(connect: Connect, tmp_path: Path) -> None:
    out, tracker = tmp_path / "history.csv", desk()
    client = connect(tracker, TrackerKind.SERVICENOW)
    tracker.told = [JSONResponse({}, 401)]
    with pytest.raises(TrackerRefused):
        pulled(client, out)
    with pytest.raises(UsageError, match="begun with other options"):
        pulled(client, out, datetime(2026, 1, 1, tzinfo=UTC))


def test_busy_tracker_delays_a_pull_and_changes_nothing(connect: Connect, tmp_path: Path) -> None:
    tracker = desk()
    tracker.told = [JSONResponse({}, 429, {"retry-after": "3"}), lambda: None, JSONResponse({}, 502)]
    with capture_logs():
        assert pulled(connect(tracker, TrackerKind.SERVICENOW, per_page=3), tmp_path / "a.csv") == Pulled(8, 15)


def test_ticket_that_comes_twice_is_written_once_as_it_was_last(connect: Connect, tmp_path: Path) -> None:
    tracker = FakeRequestTracker()
    tracker.open(1, "2026-11-25T10:00:00Z")
    out = tmp_path / "history.csv"
    client = connect(tracker, TrackerKind.REQUEST_TRACKER)
    reader = open_reader(client)
    [page] = reader.pages(None, NOW)

    class Twice:
        def pages(self, *_: object) -> list[object]:
            return [page, page]

        def close(self) -> None:
            reader.close()

    assert pull(Twice(), client.account, (None, None, NOW), out, lambda _: None).tickets == 1  # type: ignore[arg-type]
    with out.open(encoding="utf-8", newline="") as file:
        assert [row["number"] for row in csv.DictReader(file)] == ["1"]


def test_tracker_without_tickets_is_told(connect: Connect, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no tickets of that time"):
        pulled(connect(FakeServiceNow(), TrackerKind.SERVICENOW), tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []


def test_place_that_cannot_be_written_is_told_before_anything_is_read(connect: Connect, tmp_path: Path) -> None:
    tracker = desk()
    with pytest.raises(UsageError, match="cannot be written"):
        pulled(connect(tracker, TrackerKind.SERVICENOW), tmp_path / "none" / "a.csv")
    assert tracker.calls == []
