"""Labelling beside the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from datetime import datetime

from structlog.testing import capture_logs
from tests.fakes import FakeLabeller, FaultyLabeller, fixed_clock, received

from triage.domain import Incident, PrecedentQuery, Triage
from triage.flow.labelling import Labelling


def events(*ids: str, title: str = "VPN") -> list[Incident]:
    return [received(one, title).incident for one in ids]


class GatedLabeller(FakeLabeller):
    """Answers once it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.may_go = threading.Event()
        self.entered = threading.Event()

    def handle_many(
        self, events: Sequence[Incident], now: datetime, precedents: PrecedentQuery | None = None
    ) -> list[Triage]:
        self.entered.set()
        assert self.may_go.wait(20)
        return super().handle_many(events, now, precedents)


def test_what_has_queued_is_labelled_in_one_call_and_each_gets_its_own() -> None:
    labeller = GatedLabeller()

    async def play() -> list[list[str]]:
        labelling = Labelling(lambda: labeller, fixed_clock)
        jobs = [labelling.submit(events("first"))]
        await asyncio.to_thread(labeller.entered.wait, 20)
        jobs += [labelling.submit(events(str(one), f"{one}b")) for one in range(3)]
        labeller.may_go.set()
        await asyncio.gather(*map(labelling.whole, jobs))
        return [[triage.incident_id for triage in job.done] for job in jobs]

    assert asyncio.run(play()) == [["first"], ["0", "0b"], ["1", "1b"], ["2", "2b"]]
    assert labeller.calls == [1, 6]


def test_long_list_is_labelled_in_several_calls() -> None:
    labeller = FakeLabeller()

    async def play() -> int:
        labelling = Labelling(lambda: labeller, fixed_clock)
        job = labelling.submit(events(*map(str, range(150))))
        await labelling.whole(job)
        return len(job.done)

    assert asyncio.run(play()) == 150
    assert labeller.calls == [64, 64, 22]


def test_event_that_a_model_cannot_stand_degrades_no_other() -> None:
    async def play() -> list[bool]:
        labelling = Labelling(FaultyLabeller, fixed_clock)
        job = labelling.submit([*events("1"), *events("2", title="poison"), *events("3")])
        await labelling.whole(job)
        return [bool(triage.degraded) for triage in job.done]

    with capture_logs():
        assert asyncio.run(play()) == [False, True, False]


def test_call_that_hangs_is_noticed() -> None:
    labeller = GatedLabeller()

    async def play() -> list[bool]:
        labelling = Labelling(lambda: labeller, fixed_clock)
        seen = [labelling.has_hung_for(0.0)]
        job = labelling.submit(events("1"))
        await asyncio.to_thread(labeller.entered.wait, 20)
        seen += [labelling.has_hung_for(0.0), labelling.has_hung_for(60.0)]
        labeller.may_go.set()
        await labelling.whole(job)
        return seen

    assert asyncio.run(play()) == [False, True, False]


def test_loop_that_ended_does_not_stop_the_labelling_of_the_next() -> None:
    labeller = GatedLabeller()
    labelling = Labelling(lambda: labeller, fixed_clock)

    async def leave() -> None:
        labelling.submit(events("1"))
        await asyncio.to_thread(labeller.entered.wait, 20)

    async def stay() -> int:
        job = labelling.submit(events("2"))
        labeller.may_go.set()
        await labelling.whole(job)
        return len(job.done)

    asyncio.run(leave())
    with capture_logs() as logs:
        assert asyncio.run(stay()) == 1
    assert [log["event"] for log in logs] == ["labels_unheard"]


def test_requests_that_want_other_precedents_are_labelled_apart() -> None:
    labeller = GatedLabeller()

    async def play() -> None:
        labelling = Labelling(lambda: labeller, fixed_clock)
        jobs = [labelling.submit(events("first"))]
        await asyncio.to_thread(labeller.entered.wait, 20)
        jobs += [labelling.submit(events(str(most)), PrecedentQuery(most)) for most in (3, 3, 5)]
        labeller.may_go.set()
        await asyncio.gather(*map(labelling.whole, jobs))

    asyncio.run(play())
    assert labeller.calls == [1, 2, 1]
