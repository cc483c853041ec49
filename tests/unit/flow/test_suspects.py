"""Suspects of live warnings, over journals in memory."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from tests.fakes import NOON, FakeLabeller, MemoryJournal, MemoryMetricJournal, warning_on

from triage.decide.grouping import GroupingRules, Topology
from triage.domain import Change, EarlyWarning, Incident
from triage.flow import LiveFlow
from triage.flow.suspects import LiveSuspects

HOUR = 3600


def change(id_: str, at_s: float, **labels: str) -> Change:
    at = datetime.fromtimestamp(at_s, UTC)
    return Change(id_, "ci", at + timedelta(seconds=30), at, f"change {id_}", labels)


class Estate:
    """Changes and warnings, and who asks for suspects."""

    def __init__(self, rules: GroupingRules | None = None) -> None:
        self.journal, self.metric_journal = MemoryJournal(), MemoryMetricJournal()
        flow = LiveFlow(FakeLabeller, self.journal, lambda: self.now)
        self.flow = flow
        self.now = NOON
        self.suspects = LiveSuspects(flow, self.metric_journal, lambda: self.now, rules)

    def tell(self, *changes: Change) -> None:
        """As another process would."""
        asyncio.run(self.journal.add_changes(changes))

    def warn(self, *warnings: EarlyWarning) -> None:
        self.metric_journal.warnings |= {one.id: one for one in warnings}

    def of(self, warning: EarlyWarning) -> list[str]:
        found = asyncio.run(self.suspects.of([warning]))
        return [one.change.id for one in found.get(warning.id, ())]

    @property
    def statements(self) -> list[int]:
        """Pages of changes and of warnings that were read."""
        return [self.journal.pages_read, self.metric_journal.pages_read]

    def of_incident(self, **labels: str) -> list[str]:
        incident = Incident("a", "monitor", datetime.fromtimestamp(HOUR, UTC), labels=labels)
        found = asyncio.run(self.suspects.of_incidents([incident]))
        return [one.change.id for one in found.get(0, ())]


@pytest.fixture
def estate() -> Estate:
    return Estate()


def test_changes_that_came_in_since_it_was_asked_last_are_found(estate: Estate) -> None:
    assert estate.of(warning_on("db", HOUR)) == []
    estate.tell(change("1", HOUR - 60, host="db"))
    assert estate.of(warning_on("db", HOUR)) == ["1"]
    estate.tell(change("2", HOUR - 30, host="db"))
    assert estate.of(warning_on("db", HOUR)) == ["2", "1"]


@pytest.mark.parametrize(
    "labels",
    [{"host": "db"}, {"service": "DB"}, {"component": "db"}, {"source": "db"}, {"app": "shop", "instance": "db:9100"}],
)
def test_a_change_is_made_to_what_its_labels_name(estate: Estate, labels: dict[str, str]) -> None:
    estate.tell(change("1", HOUR - 60, **labels), change("2", HOUR - 60, note="db"))
    assert estate.of(warning_on("db:9100", HOUR)) == ["1"]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({"instance": "DB:9100"}, ["1"]),
        ({"cmdb_ci": "Shop"}, ["2"]),
        ({"host": "web-1", "service": "shop"}, ["2"]),
        ({"host": "web-1"}, []),
        ({"host": " "}, []),
        ({"title": "db of shop is slow"}, []),
    ],
)
def test_an_incident_has_the_changes_of_what_it_names_as_suspects(
    estate: Estate, labels: dict[str, str], expected: list[str]
) -> None:
    estate.tell(change("1", HOUR - 60, host="db"), change("2", HOUR - 60, service="shop"))
    assert estate.of_incident(**labels) == expected


def test_incidents_that_name_nothing_cost_no_statement_and_others_one_a_second() -> None:
    estate = Estate()
    estate.of_incident(title="db is slow")
    assert estate.statements == [0, 0]
    for _ in range(5):
        assert estate.of_incident(host="db") == []
    assert estate.statements == [1, 0]
    estate.tell(change("1", HOUR - 60, host="db"))
    estate.now += timedelta(seconds=0.9)
    assert estate.of_incident(host="db") == []
    estate.now += timedelta(seconds=0.1)
    assert estate.of_incident(host="web") == []
    assert estate.statements == [2, 0]
    for _ in range(5):
        assert estate.of_incident(host="db") == ["1"]
    assert estate.statements == [2, 1]


def test_a_change_that_this_process_took_is_known_at_once_and_whatever_the_clock(estate: Estate) -> None:
    assert estate.of_incident(host="db") == []
    asyncio.run(estate.flow.accept_changes([change("1", HOUR - 60, host="db")]))
    assert estate.of_incident(host="db") == ["1"]
    estate.now -= timedelta(hours=1)
    estate.tell(change("2", HOUR - 30, host="db"))
    assert estate.of_incident(host="db") == ["2", "1"]


def test_dependencies_lead_to_suspects() -> None:
    estate = Estate(GroupingRules(topology=Topology([("web", "db")])))
    estate.tell(change("1", HOUR - 60, host="db"))
    assert estate.of(warning_on("web", HOUR)) == ["1"]


def test_more_than_a_page_of_changes_and_warnings_is_the_history(estate: Estate) -> None:
    n = 250
    estate.tell(*(change(str(at), at * 10 * HOUR, host="db", kind="Deploy") for at in range(n + 1)))
    estate.warn(*(warning_on("db", at * 10 * HOUR + 60) for at in range(n)))
    warning = warning_on("db", n * 10 * HOUR + 60)
    estate.warn(warning)
    [found] = asyncio.run(estate.suspects.of([warning]))[warning.id]
    assert found.change.kind == "deploy"
    assert found.history is not None
    assert (found.history.hits, found.history.count) == (n, n)
    assert found.history.base_rate < 0.11
    assert found.history.lower_bound > 0.95
