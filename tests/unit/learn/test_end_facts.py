from __future__ import annotations

from datetime import UTC, datetime, timedelta

from triage.domain import Incident, IncidentEnd, IncidentState, OutcomeValue
from triage.learn.end_facts import end_facts, end_restricts, to_micros
from triage.learn.inputs import InputColumns
from triage.learn.later_endings import FactKind

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
COLUMNS = InputColumns(("title",), (), opened_at=False)
TICKET = Incident("1", "desk", NOON, labels={"title": "vpn lost", "caller": "Anna Schmidt"})


def facts(name: str, value: str, *, is_ours: bool = False) -> list[tuple[FactKind, str | int | bool]]:
    end = IncidentEnd(TICKET, (OutcomeValue(name, value, NOON, is_ours),))
    return [(fact.kind, fact.value) for fact in end_facts(end, {"team"}, COLUMNS)]


def test_values_are_told_by_the_names_that_histories_use() -> None:
    assert facts("team", "network") == [(FactKind.LABEL, "network")]
    assert facts("Close notes", "Restarted.") == [(FactKind.FIX, "Restarted.")]
    assert facts("reopen_count", "2") == [(FactKind.REOPENED, True)]
    assert facts("resolved_at", "2026-03-01 13:00") == [(FactKind.RESOLVED_AT, to_micros(NOON + timedelta(hours=1)))]
    assert facts("colour", "red") == []


def test_what_is_ours_or_cannot_be_read_is_no_fact() -> None:
    assert facts("team", "network", is_ours=True) == []
    assert facts("resolved_at", "03/04/2026") == []
    assert facts("reopened", "perhaps") == []
    assert facts("resolution", " ") == []


def test_a_fix_is_redacted_and_cut() -> None:
    [(_, fix)] = facts("resolution", "Anna Schmidt called anna@example.org " + "x" * 900)
    assert isinstance(fix, str)
    assert len(fix) == 500
    assert "Anna" not in fix
    assert "example.org" not in fix


def test_states_are_known_since_the_report_that_says_so() -> None:
    [fact] = end_facts(IncidentEnd(TICKET, states=((NOON, IncidentState.RESOLVED),)), (), COLUMNS)
    assert (fact.known_at, fact.kind, fact.value) == (to_micros(NOON), FactKind.STANDS_RESOLVED, True)


def test_an_incident_or_its_outcome_may_restrict_it() -> None:
    assert not end_restricts(IncidentEnd(TICKET, (OutcomeValue("confidential", "no", NOON),)))
    assert end_restricts(IncidentEnd(TICKET, (OutcomeValue("confidential", "yes", NOON),)))
    assert end_restricts(IncidentEnd(Incident("1", "desk", NOON, labels={"security": "high"})))
