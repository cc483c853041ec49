from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from triage.simulate.dice import Dice
from triage.simulate.faults import FAULT_KINDS, FaultKind
from triage.simulate.phrases import load_phrases
from triage.simulate.records import TicketRecord
from triage.simulate.reports import Breakdown, draw_reports
from triage.simulate.services import load_services

BOOK, SERVICES = load_phrases(), load_services()
OPENED = datetime(2026, 9, 22, 10, 0, 30, tzinfo=UTC)
DOWN = Breakdown(
    "OPS-0001", "checkout-web-1", "web", "checkout", "down", "crash", OPENED, OPENED + timedelta(minutes=40)
)


def reports(breakdown: Breakdown = DOWN, count: int = 60) -> list[list[TicketRecord]]:
    dice = Dice(7)
    return [draw_reports(breakdown, BOOK, SERVICES, dice) for _ in range(count)]


def test_the_monitor_writes_first_and_names_the_entity() -> None:
    for alarm, *people in reports():
        assert alarm.contact_type == "Monitoring"
        assert "checkout-web-1" in alarm.short
        assert timedelta(0) < alarm.opened_at - OPENED < timedelta(seconds=90)
        assert all(OPENED < record.opened_at < DOWN.resolved_at for record in people)
        assert all(record.resolved_at > record.opened_at for record in [alarm, *people])


def test_people_write_more_about_an_outage_than_about_a_backlog() -> None:
    backlog = replace(DOWN, symptom="backlog", fault="queue build-up")
    assert sum(map(len, reports())) > sum(map(len, reports(backlog)))


@pytest.mark.parametrize("kind", FAULT_KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("entity_kind", ["web", "db"])
def test_every_slot_is_filled(kind: FaultKind, entity_kind: str) -> None:
    breakdown = replace(DOWN, symptom=kind.symptom, fault=kind.name, entity_kind=entity_kind)
    for written in reports(breakdown, 20):
        for record in written:
            assert not re.search(r"[{}]", record.short + record.full + record.fix), record
            assert record.fix


def test_machines_go_to_the_platform_team_and_applications_to_their_own() -> None:
    for entity_kind, group in {
        **dict.fromkeys(("web", "api"), "CRM & Web"),
        **dict.fromkeys(("worker", "db", "cache"), "Platform"),
    }.items():
        alarms = [written[0] for written in reports(replace(DOWN, entity_kind=entity_kind), 5)]
        assert {alarm.group for alarm in alarms} == {group}


def test_later_reports_are_often_closed_as_duplicates() -> None:
    outcomes = [record.outcome for written in reports() for record in written[1:]]
    assert 0.4 < outcomes.count("Duplicate") / len(outcomes) < 0.8
