"""Whatever a model does, an incident goes on within its deadline, and labels follow."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from structlog.testing import capture_logs
from tests.fakes import (
    NOON,
    EmptyLabeller,
    FakeLabeller,
    FaultyLabeller,
    MemoryJournal,
    fixed_clock,
    received,
)

from triage.domain import Incident, PrecedentQuery, Triage
from triage.flow import LiveFlow, MemberMode, Waits

_T = TypeVar("_T")


class SlowLabeller(FakeLabeller):
    """Takes its time over incidents that say so, until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.may_go = threading.Event()

    def handle_many(
        self, events: Sequence[Incident], now: datetime, precedents: PrecedentQuery | None = None
    ) -> list[Triage]:
        if any("slow" in event.labels["title"] for event in events):
            assert self.may_go.wait(20)
        return super().handle_many(events, now, precedents)


@dataclass
class MemoryOutlets:
    """Sends everything to the desk; remembers whom it woke."""

    woken: list[str] = field(default_factory=list)

    def of(self, source: str) -> tuple[str, ...]:
        return (f"{source}-core",)

    def members(self, _destinations: Sequence[str]) -> dict[str, MemberMode]:
        return {}

    def wake(self, destinations: Sequence[str]) -> None:
        self.woken += destinations


def run(work: Coroutine[object, object, _T]) -> _T:
    with capture_logs():
        return asyncio.run(work)


async def until_relabelled(journal: MemoryJournal, count: int) -> None:
    while len(journal.relabelled) < count:
        await asyncio.sleep(0.001)


def test_incident_goes_on_within_its_deadline_and_its_labels_follow() -> None:
    labeller, journal, outlets = SlowLabeller(), MemoryJournal(), MemoryOutlets()

    async def play() -> list[str]:
        flow = LiveFlow(lambda: labeller, journal, fixed_clock, outlets, waits=Waits(0.02))
        [answer] = await flow.accept([received("1", "slow")])
        before = answer.triage.degraded
        labeller.may_go.set()
        await until_relabelled(journal, 1)
        return [before, (await flow.find("1")).triage.degraded]

    assert run(play()) == ["No model answered within 20 ms; labels follow as an update.", ""]
    assert [one.destinations for one in journal.relabelled] == [("desk-core",)]
    assert outlets.woken == ["desk-core", "desk-core"]
    assert journal.without == {}


def test_model_that_hangs_is_not_waited_for_by_those_behind_it() -> None:
    labeller, journal = SlowLabeller(), MemoryJournal()

    async def play() -> float:
        flow = LiveFlow(lambda: labeller, journal, fixed_clock, waits=Waits(0.05))
        await flow.accept([received("1", "slow")])
        loop = asyncio.get_running_loop()
        begin = loop.time()
        for number in range(20):
            [answer] = await flow.accept([received(f"behind-{number}")])
            assert answer.triage.degraded
        took_s = loop.time() - begin
        labeller.may_go.set()
        await until_relabelled(journal, 21)
        return took_s

    # Twenty deadlines would be a second.
    assert run(play()) < 0.5


def test_what_was_labelled_in_time_of_a_long_list_is_kept() -> None:
    labeller, journal = SlowLabeller(), MemoryJournal()

    async def play() -> list[bool]:
        flow = LiveFlow(lambda: labeller, journal, fixed_clock, waits=Waits(0.2))
        quick, slow = [received(str(one)) for one in range(64)], [received("last", "slow")]
        answers = await flow.accept([*quick, *slow])
        labeller.may_go.set()
        await until_relabelled(journal, 1)
        return [bool(answer.triage.degraded) for answer in answers]

    assert run(play()) == [False] * 64 + [True]
    assert [one.incident_id for one in journal.relabelled] == ["last"]


def test_what_a_model_failed_on_is_labelled_once_another_one_is_in_force() -> None:
    labellers: list[FakeLabeller] = [FaultyLabeller()]
    journal = MemoryJournal()

    async def play() -> list[int]:
        flow = LiveFlow(lambda: labellers[-1], journal, fixed_clock)
        await flow.accept([received("1", "poison"), received("2")])
        first = await flow.late.catch_up()
        labellers.append(FakeLabeller())
        return [first, await flow.late.catch_up(), await flow.late.catch_up()]

    assert run(play()) == [0, 1, 0]
    assert [one.incident_id for one in journal.relabelled] == ["1"]


def test_without_a_model_nothing_is_tried_and_the_first_one_catches_up() -> None:
    labellers: list[FakeLabeller] = [EmptyLabeller()]
    journal = MemoryJournal()

    async def play() -> list[int]:
        flow = LiveFlow(lambda: labellers[-1], journal, fixed_clock)
        await flow.accept([received(str(one)) for one in range(150)])
        before = await flow.late.catch_up()
        labellers.append(FakeLabeller())
        return [before, await flow.late.catch_up(), await flow.late.catch_up(), await flow.late.catch_up()]

    assert run(play()) == [0, 100, 50, 0]


def test_what_a_process_left_that_died_is_found_by_the_next() -> None:
    journal = MemoryJournal()
    run(LiveFlow(EmptyLabeller, journal, fixed_clock).accept([received("1")]))
    assert run(LiveFlow(FakeLabeller, journal, fixed_clock).late.catch_up()) == 1


def test_what_is_a_day_old_gets_no_labels_any_more() -> None:
    journal = MemoryJournal()

    async def play() -> int:
        await LiveFlow(EmptyLabeller, journal, fixed_clock).accept(
            [received("old", at=NOON - timedelta(days=2)), received("new")]
        )
        return await LiveFlow(FakeLabeller, journal, fixed_clock).late.catch_up()

    assert run(play()) == 1
    assert journal.without == {}


def test_labels_that_cannot_be_committed_are_brought_again() -> None:
    journal = MemoryJournal()

    async def play() -> list[int]:
        flow = LiveFlow(FakeLabeller, journal, fixed_clock)
        await LiveFlow(EmptyLabeller, journal, fixed_clock).accept([received("1")])
        journal.is_open = False
        await flow.late.catch_up()
        journal.is_open = True
        await flow.late.catch_up()
        return [len(journal.relabelled), len(journal.without)]

    assert run(play()) == [1, 0]


class HangingLabeller(FakeLabeller):
    """Never ends with incidents that say so; remembers the events of each call."""

    def __init__(self) -> None:
        super().__init__()
        self.may_go = threading.Event()
        self.asked: list[list[str]] = []

    def handle_many(
        self, events: Sequence[Incident], now: datetime, precedents: PrecedentQuery | None = None
    ) -> list[Triage]:
        self.asked.append([event.id for event in events])
        if any("poison" in event.labels["title"] for event in events):
            self.may_go.wait()
        return super().handle_many(events, now, precedents)


def test_event_that_makes_a_model_hang_costs_the_others_of_its_list_nothing_but_time() -> None:
    labeller, journal = HangingLabeller(), MemoryJournal()

    async def play() -> list[str]:
        flow = LiveFlow(lambda: labeller, journal, fixed_clock, waits=Waits(0.01, 0.05))
        await flow.accept([received("1"), received("2", "poison"), received("3")])
        await until_relabelled(journal, 2)
        # Not tried again and again, as every try costs a thread.
        while journal.without:
            await flow.late.catch_up()
            await asyncio.sleep(0.001)
        [after] = await flow.accept([received("4")])
        return [after.triage.degraded]

    assert run(play()) == [""]
    assert sorted(one.incident_id for one in journal.relabelled) == ["1", "3"]
    assert labeller.asked == [["1", "2", "3"], ["1"], ["2"], ["3"], ["4"]]
    labeller.may_go.set()


def test_event_that_hangs_when_it_is_caught_up_with_is_given_up() -> None:
    labeller, journal = HangingLabeller(), MemoryJournal()

    async def play() -> None:
        await LiveFlow(EmptyLabeller, journal, fixed_clock).accept([received("1", "poison")])
        flow = LiveFlow(lambda: labeller, journal, fixed_clock, waits=Waits(0.01, 0.05))
        await flow.late.catch_up()

    run(play())
    assert journal.without == {}
    assert labeller.asked == [["1"]]
    labeller.may_go.set()


def test_dry_run_is_answered_degraded_by_the_deadline_and_nothing_follows() -> None:
    labeller, journal = HangingLabeller(), MemoryJournal()

    async def play() -> list[str]:
        flow = LiveFlow(lambda: labeller, journal, fixed_clock, waits=Waits(0.02, 0.05))
        answers = await flow.preview([received("1", "poison").incident])
        # Behind the call that hangs; it is not labelled later, as nobody waits for it.
        answers += await flow.preview([received("2").incident])
        await asyncio.sleep(0.06)
        answers += await flow.preview([received("3").incident])
        return [answer.triage.degraded for answer in answers]

    late = "No model answered within 20 ms; labels did not come in time."
    assert run(play()) == [late, late, ""]
    assert labeller.asked == [["1"], ["3"]]
    labeller.may_go.set()


def test_threads_that_hang_are_bounded_and_other_models_get_a_new_one() -> None:
    hanging, labellers = HangingLabeller(), list[FakeLabeller]()
    labellers.append(hanging)

    async def play() -> list[str]:
        flow = LiveFlow(lambda: labellers[-1], MemoryJournal(), fixed_clock, waits=Waits(0.001, 0.002))
        for number in range(12):
            await flow.preview([received(str(number), "poison").incident])
            await asyncio.sleep(0.004)
        faults = [flow.labelling_fault]
        labellers.append(FakeLabeller())
        [after] = await flow.preview([received("after").incident])
        while after.triage.degraded:
            [after] = await flow.preview([received("after").incident])
        return [*faults, flow.labelling_fault]

    stuck, healed = run(play())
    assert stuck.startswith("8 calls of the models in force hang")
    assert healed == ""
    # The one that is being made and those that were left behind.
    assert len(hanging.asked) == 9
    hanging.may_go.set()


def test_call_that_comes_back_after_all_makes_room_for_another() -> None:
    labeller = HangingLabeller()

    async def play() -> list[str]:
        flow = LiveFlow(lambda: labeller, MemoryJournal(), fixed_clock, waits=Waits(0.001, 0.01))
        await flow.preview([received("1", "poison").incident])
        await asyncio.sleep(0.02)
        hangs = flow.labelling_fault
        labeller.may_go.set()
        while flow.labelling_fault:
            await asyncio.sleep(0.001)
        return [hangs]

    assert run(play()) == ["No model has answered for 0.01 s; incidents go on unlabelled, and labels follow."]
