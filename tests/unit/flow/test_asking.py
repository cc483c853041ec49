"""Asking a labeller."""

from __future__ import annotations

import asyncio

from structlog.testing import capture_logs
from tests.fakes import NOON, FakeLabeller, FaultyLabeller, ForgetfulLabeller, MuteLabeller, received

from triage.domain import IncidentEnd
from triage.flow.asking import label_events, remember_ends, remember_events


def test_what_fails_together_is_asked_for_one_by_one() -> None:
    labeller = FaultyLabeller()
    events = [received("1").incident, received("2", "poison").incident, received("3").incident]
    with capture_logs() as logs:
        triages = label_events(lambda: labeller, events, NOON)
    assert [triage.degraded for triage in triages] == [
        "",
        "The labeller failed (KeyError); the incident goes on unlabelled.",
        "",
    ]
    # The second failure is the same again: one traceback is enough.
    assert [log["exc_info"] for log in logs] == [True, False]


def test_too_few_answers_are_a_failure() -> None:
    with capture_logs():
        [triage] = label_events(MuteLabeller, [received("1").incident], NOON)
    assert "ValueError" in triage.degraded


def test_nothing_is_asked_about_nothing() -> None:
    labeller = FakeLabeller()
    assert label_events(lambda: labeller, [], NOON) == []
    assert labeller.calls == []


def test_what_cannot_be_remembered_is_logged() -> None:
    with capture_logs() as logs:
        asyncio.run(remember_events(ForgetfulLabeller, [received("1").incident]))
    assert [log["event"] for log in logs] == ["remembering_failed"]


def test_an_end_that_cannot_be_remembered_is_logged() -> None:
    with capture_logs() as logs:
        asyncio.run(remember_ends(ForgetfulLabeller, [IncidentEnd(received("1").incident)]))
    assert [log["event"] for log in logs] == ["remembering_failed"]
