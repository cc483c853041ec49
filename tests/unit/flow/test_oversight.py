from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import pytest
import structlog
from tests.fakes import DESK, NOON, FakeLabeller, MemoryEvidence, MemoryJournal, fixed_clock, received

from triage.decide.audit import is_audited
from triage.domain import Decision, Feedback, IncidentEnd, ModelRef, Outcome, OutcomeValue, Prediction
from triage.errors import StoreUnavailable
from triage.flow import LiveFlow, Oversight
from triage.monitor import Place

TARGET = "assignment_group"
NETWORK = Place(DESK, TARGET, "network")
WHOLE = Place(DESK, TARGET)


def promises() -> dict[tuple[ModelRef, str], float]:
    return {(DESK, TARGET): 0.95}


def live(book: MemoryEvidence, audit_share: float = 0.0) -> LiveFlow:
    oversight = Oversight(book, promises, fixed_clock, audit_share)
    return LiveFlow(FakeLabeller, MemoryJournal(), fixed_clock, oversight=oversight)


def overseer(flow: LiveFlow) -> Oversight:
    assert flow.oversight is not None
    return flow.oversight


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(coroutine)


async def accept(flow: LiveFlow, *ids: str) -> list[Prediction]:
    answers = await flow.accept([received(one) for one in ids])
    return [prediction for answer in answers for prediction in answer.triage.predictions]


async def say(flow: LiveFlow, incident_id: str, label: str) -> None:
    await flow.feedback(Feedback(incident_id, "", TARGET, label, "ada", NOON))


async def end(flow: LiveFlow, incident_id: str, label: str, given_by: str = "") -> None:
    await flow.outcome(Outcome(incident_id, "", (OutcomeValue(TARGET, label, NOON),), given_by))


def test_label_that_people_say_is_wrong_again_and_again_is_suggested_from_then_on() -> None:
    async def play() -> tuple[list[Prediction], list[Prediction]]:
        flow = live(MemoryEvidence())
        before = await accept(flow, *map(str, range(20)))
        for number in range(10):
            await say(flow, str(number), "hardware")
        return before, await accept(flow, "next")

    before, [after] = run(play())
    assert {one.decision for one in before} == {Decision.AUTO}
    assert (after.decision, after.held) == (Decision.SUGGEST, "withdrawn")
    assert after.why.startswith("withdrawn: of 20 automatic labels of assignment_group")
    assert "(since 2026-11-23 10:00 UTC)" in after.why


def test_a_few_wrong_among_many_that_nobody_complains_of_withdraw_nothing() -> None:
    async def play() -> tuple[Any, ...]:
        flow = live(MemoryEvidence())
        await accept(flow, *map(str, range(400)))
        for number in range(12):
            await say(flow, str(number), "hardware")
        return overseer(flow).withdrawn

    assert run(play()) == ()


def test_withdrawal_outlives_the_process_and_not_the_version() -> None:
    book = MemoryEvidence()

    async def play() -> tuple[list[Prediction], list[Prediction]]:
        flow = live(book)
        await accept(flow, *map(str, range(20)))
        for number in range(10):
            await say(flow, str(number), "hardware")
        again = live(book)
        await overseer(again).refresh()
        other = replace(DESK, version="2")
        afresh = Oversight(book, lambda: {(other, TARGET): 0.95}, fixed_clock)
        await afresh.refresh()
        assert afresh.withdrawn == ()
        fresh = LiveFlow(FakeLabeller, MemoryJournal(), fixed_clock, oversight=afresh)
        return await accept(again, "next"), await accept(fresh, "next")

    [again], [fresh] = run(play())
    assert again.held == "withdrawn"
    assert fresh.decision is Decision.AUTO


def test_counts_are_written_down_and_count_after_a_start() -> None:
    book = MemoryEvidence()

    async def play() -> tuple[Any, ...]:
        flow = live(book)
        await accept(flow, *map(str, range(400)))
        await overseer(flow).refresh()
        await overseer(flow).refresh()
        again = live(book)
        await overseer(again).refresh()
        await accept(again, *map(str, range(12)))
        for number in range(12):
            await say(again, str(number), "hardware")
        return overseer(again).withdrawn

    assert run(play()) == ()
    assert book.automatic == {NETWORK: 400}


def test_what_another_process_heard_is_taken_in() -> None:
    book = MemoryEvidence()

    async def play() -> Prediction:
        here, there = live(book), live(book)
        await accept(there, *map(str, range(20)))
        for number in range(10):
            await say(there, str(number), "hardware")
        await overseer(here).refresh()
        return (await accept(here, "next"))[0]

    assert run(play()).held == "withdrawn"


def test_second_verdict_on_a_label_is_not_counted() -> None:
    book = MemoryEvidence()

    async def play() -> tuple[Any, ...]:
        flow = live(book)
        await accept(flow, "1")
        for _ in range(50):
            await say(flow, "1", "hardware")
        return overseer(flow).withdrawn

    assert run(play()) == ()
    assert len(book.verdicts) == 1


def test_our_own_label_that_nobody_signs_is_no_verdict() -> None:
    book = MemoryEvidence()

    async def play() -> None:
        flow = live(book)
        await accept(flow, "1", "2")
        await end(flow, "1", "network")
        await end(flow, "2", "hardware")

    run(play())
    assert [(one.incident_id, one.is_right) for one in book.verdicts.values()] == [("2", False)]


def test_audited_incident_is_suggested_and_its_outcome_is_evidence_either_way() -> None:
    book = MemoryEvidence()
    audited = [str(number) for number in range(100) if is_audited("desk", str(number), 0.1)]
    assert audited

    async def play() -> list[Prediction]:
        flow = live(book, audit_share=0.1)
        found = await accept(flow, *map(str, range(100)))
        for number in range(100):
            await end(flow, str(number), "network")
        return found

    found = run(play())
    held = [str(number) for number, one in enumerate(found) if one.held == "audit"]
    assert held == audited
    assert {one.decision for one in found if one.held} == {Decision.SUGGEST}
    assert all(one.why.startswith("audit: one of the 10.0%") for one in found if one.held)
    assert sorted(one.incident_id for one in book.verdicts.values()) == sorted(audited)
    assert all(one.is_audit and one.is_right for one in book.verdicts.values())
    assert sum(book.automatic.values()) == 0


def test_dry_run_is_held_back_alike_and_not_counted() -> None:
    book = MemoryEvidence(withdrawals={WHOLE: "shown to be wrong"})

    async def play() -> Prediction:
        flow = live(book)
        await overseer(flow).refresh()
        [answer] = await flow.preview([received("1").incident])
        await overseer(flow).refresh()
        return answer.triage.predictions[0]

    assert run(play()).why.startswith("withdrawn: shown to be wrong")
    assert not book.automatic


def test_withdrawal_is_logged_once() -> None:
    book = MemoryEvidence()

    async def play() -> None:
        flow, other = live(book), live(book)
        await accept(flow, *map(str, range(20)))
        for number in range(15):
            await say(flow, str(number), "hardware")
        await overseer(other).refresh()

    with structlog.testing.capture_logs() as logs:
        run(play())
    told = [one for one in logs if one["event"] == "automation_withdrawn"]
    assert sorted(one["label"] for one in told) == ["", "network"]


def test_verdict_is_kept_where_the_evidence_cannot_be() -> None:
    book = MemoryEvidence()

    async def play() -> None:
        flow = live(book)
        await accept(flow, "1")
        book.is_open = False
        await say(flow, "1", "hardware")
        with pytest.raises(StoreUnavailable):
            await overseer(flow).refresh()
        book.is_open = True
        await overseer(flow).refresh()

    with structlog.testing.capture_logs() as logs:
        run(play())
    assert [one["event"] for one in logs] == ["verdict_not_watched"]
    assert book.automatic == {NETWORK: 1}


def test_labeller_is_the_same_in_all_else() -> None:
    labeller = FakeLabeller()
    seen = Oversight(MemoryEvidence(), promises, fixed_clock).over(labeller)
    assert seen.models == labeller.models
    seen.remember([received("1").incident])
    seen.remember_ends([IncidentEnd(received("1").incident)])
    assert len(labeller.remembered) == len(labeller.ends) == 1
