"""Rules of the use case of live events."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import TypeVar

import pytest
from structlog.testing import capture_logs
from tests.fakes import (
    NOON,
    EmptyLabeller,
    FakeLabeller,
    FaultyLabeller,
    ForgetfulLabeller,
    MemoryJournal,
    MuteLabeller,
    fixed_clock,
    received,
)

from triage.domain import Feedback, IncidentState, Outcome, OutcomeValue
from triage.errors import StoreUnavailable
from triage.flow import AnswerStatus, LiveFlow

_T = TypeVar("_T")


def run(work: Coroutine[object, object, _T]) -> _T:
    return asyncio.run(work)


def flow_over(labeller: FakeLabeller, journal: MemoryJournal | None = None) -> LiveFlow:
    return LiveFlow(lambda: labeller, journal or MemoryJournal(), fixed_clock)


def test_a_list_is_labelled_in_one_call() -> None:
    labeller = FakeLabeller()
    run(flow_over(labeller).accept([received(str(number)) for number in range(5)]))
    assert labeller.calls == [5]


def test_what_is_answered_has_been_recorded_with_its_answer() -> None:
    journal = MemoryJournal()
    [answer] = run(flow_over(FakeLabeller(), journal).accept([received("1")]))
    [(entry, kept)] = journal.stored["desk", "1"]
    assert answer == kept
    assert entry.triage == answer.triage
    assert answer.triage.predictions[0].ranked[0].label == "network"


def test_same_body_again_gives_the_stored_answer_and_another_body_a_new_revision() -> None:
    flow = flow_over(FakeLabeller())
    statuses = [run(flow.accept([received("1", body)]))[0] for body in ("a", "a", "b", "a")]
    assert [answer.status.value for answer in statuses] == ["created", "repeated", "updated", "updated"]
    assert [answer.revision for answer in statuses] == [1, 1, 2, 3]


def test_preview_keeps_nothing() -> None:
    journal = MemoryJournal()
    [answer] = run(flow_over(FakeLabeller(), journal).preview([received("1").incident]))
    assert (answer.status, answer.revision, answer.received_at) == (AnswerStatus.PREVIEW, 0, NOON)
    assert answer.triage.predictions
    assert not journal.stored


def test_incident_without_a_model_is_kept_degraded() -> None:
    journal = MemoryJournal()
    [answer] = run(flow_over(EmptyLabeller(), journal).accept([received("1")]))
    assert answer.triage.degraded == "No model is loaded."
    assert journal.stored


def test_labeller_that_raises_does_not_keep_the_incident_from_being_stored() -> None:
    journal = MemoryJournal()
    with capture_logs() as logs:
        [answer] = run(flow_over(FaultyLabeller(), journal).accept([received("1", "poison")]))
    assert answer.status is AnswerStatus.CREATED
    assert "KeyError" in answer.triage.degraded
    assert answer.triage.answered_at == NOON
    assert journal.stored
    assert [(log["event"], log["exc_info"]) for log in logs] == [("labelling_failed", True)]


def test_labeller_that_gives_too_few_answers_is_taken_as_failed() -> None:
    with capture_logs():
        [answer] = run(flow_over(MuteLabeller()).accept([received("1")]))
    assert "ValueError" in answer.triage.degraded


def test_labeller_that_cannot_be_had_is_taken_as_failed() -> None:
    def source() -> FakeLabeller:
        raise RuntimeError("no labeller")

    with capture_logs():
        [answer] = run(LiveFlow(source, MemoryJournal(), fixed_clock).accept([received("1")]))
    assert "RuntimeError" in answer.triage.degraded


def test_labeller_is_asked_for_at_every_request() -> None:
    labellers = iter([FakeLabeller(), EmptyLabeller()])
    flow = LiveFlow(lambda: next(labellers), MemoryJournal(), fixed_clock)
    assert [run(flow.preview([received("1").incident]))[0].triage.degraded for _ in range(2)] == [
        "",
        "No model is loaded.",
    ]


def test_nothing_in_gives_nothing_out() -> None:
    assert run(flow_over(FaultyLabeller()).accept([])) == []


def test_closed_journal_acknowledges_nothing() -> None:
    flow = flow_over(FakeLabeller(), MemoryJournal(is_open=False))
    with pytest.raises(StoreUnavailable):
        run(flow.accept([received("1")]))
    with pytest.raises(StoreUnavailable):
        run(flow.check())


def test_stored_answers_can_be_read_again() -> None:
    flow = flow_over(FakeLabeller())
    first, second = run(flow.accept([received("1"), received("2")]))
    assert run(flow.find("1")) == first
    assert run(flow.page(10)).answers == (second, first)
    assert flow.counts.commits == 0


def test_what_was_committed_is_remembered_and_what_was_not_is_not() -> None:
    labeller, journal = FakeLabeller(), MemoryJournal()
    flow = flow_over(labeller, journal)
    run(flow.preview([received("dry").incident]))
    many = [received(str(number)) for number in range(100)]
    run(flow.accept(many))
    assert labeller.remembered == [one.incident for one in many]
    # The same again says nothing new; another body does.
    run(flow.accept([many[0], received("1", "other")]))
    assert [one.labels["title"] for one in labeller.remembered[100:]] == ["other"]
    journal.is_open = False
    with pytest.raises(StoreUnavailable):
        run(flow.accept([received("lost")]))
    assert len(labeller.remembered) == 101


def test_labeller_that_cannot_remember_does_not_keep_the_incident_from_being_answered() -> None:
    with capture_logs() as logs:
        [answer] = run(flow_over(ForgetfulLabeller()).accept([received("1")]))
    assert answer.status is AnswerStatus.CREATED
    assert [log["event"] for log in logs] == ["remembering_failed"]


def test_precedents_are_told_how_incidents_ended_once_it_is_committed() -> None:
    labeller, journal = FakeLabeller(), MemoryJournal()
    flow = flow_over(labeller, journal)
    report = received("1")
    resolved = replace(received("1", "resolved"), incident=replace(report.incident, state=IncidentState.RESOLVED))
    run(flow.accept([report]))
    assert labeller.ends == []
    run(flow.accept([resolved]))
    assert [end.states for end in labeller.ends] == [((NOON, IncidentState.RESOLVED),)]
    fix = OutcomeValue("resolution", "restarted", NOON)
    run(flow.outcome(Outcome("1", "desk", (fix,), "ada")))
    run(flow.feedback(Feedback("1", "desk", "assignment_group", "hardware", "ada", NOON)))
    said = [(end.incident.id, *end.values) for end in labeller.ends[1:]]
    assert said == [("1", fix), ("1", OutcomeValue("assignment_group", "hardware", NOON))]
    journal.is_open = False
    with pytest.raises(StoreUnavailable):
        run(flow.outcome(Outcome("1", "desk", (fix,), "ada")))
    assert len(labeller.ends) == 3
