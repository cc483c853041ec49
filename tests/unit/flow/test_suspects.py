"""Suspects of live warnings, over journals in memory."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from tests.fakes import FakeLabeller, MemoryJournal, MemoryMetricJournal, fixed_clock, warning_on

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
        flow = LiveFlow(FakeLabeller, self.journal, fixed_clock)
        self.suspects = LiveSuspects(flow, self.metric_journal, rules)

    def tell(self, *changes: Change) -> None:
        asyncio.run(self.journal.add_changes(changes))

    def warn(self, *warnings: EarlyWarning) -> None:
        self.metric_journal.warnings |= {one.id: one for one in warnings}

    def of(self, warning: EarlyWarning) -> list[str]:
        found = asyncio.run(self.suspects.of([warning]))
        return [one.change.id for one in found.get(warning.id, ())]


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


def test_an_alert_has_suspects_and_a_ticket_of_a_person_has_none(estate: Estate) -> None:
    estate.tell(change("1", HOUR - 60, host="db"))
    at = datetime.fromtimestamp(HOUR, UTC)
    for labels, expected in (({"instance": "DB:9100"}, ["1"]), ({"title": "db is slow"}, [])):
        found = asyncio.run(estate.suspects.of_incident(Incident("a", "monitor", at, labels=labels)))
        assert [one.change.id for one in found] == expected


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
