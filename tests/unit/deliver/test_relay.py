"""How messages get from the outbox to a destination, over a real outbox with the clock passed in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, MutableMapping
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from tests.delivery import DESK, FakeCore, SetClock, entry_for, lane_over
from tests.fakes import NOON
from tests.stored import database_url

from triage.deliver import Attempt, Destination, Kind, Lane, Relay, Verdict
from triage.deliver.ladder import LADDER_S
from triage.flow import Message
from triage.store import SqlJournal

OUTAGE_S = 75 * 3600
DOWN = Attempt(Verdict.RETRY, "503 Service Unavailable")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqlJournal]:
    with SqlJournal.open(database_url(tmp_path / "triage.db")) as opened:
        yield opened


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[MutableMapping[str, Any]]]:
    with capture_logs() as captured:
        yield captured


async def drain_until_idle(lane: Lane, journal: SqlJournal, clock: SetClock, until_s: float) -> None:
    """Let time jump from one due message to the next."""
    end = NOON + timedelta(seconds=until_s)
    while True:
        await lane.drain()
        due_at = await journal.outbox.next_due(lane.destination.name)
        if due_at is None or due_at > end:
            return
        clock.now = max(clock.now, due_at)


def test_what_is_due_is_delivered_in_order_per_incident(journal: SqlJournal) -> None:
    core = FakeCore()
    asyncio.run(journal.record([entry_for(str(one), body) for body in "abc" for one in range(5)]))
    assert asyncio.run(lane_over(journal.outbox, core).drain()) == 15
    by_incident: dict[str, list[int]] = {}
    for message in core.taken:
        by_incident.setdefault(message.content.triage.incident_id, []).append(message.content.revision)
    assert by_incident == {str(one): [1, 2, 3] for one in range(5)}
    assert asyncio.run(lane_over(journal.outbox, core).drain()) == 0


def test_core_that_is_down_for_75_hours_gets_everything_in_order_and_attempts_follow_the_ladder(
    journal: SqlJournal,
) -> None:
    clock = SetClock()
    back_at = NOON + timedelta(seconds=OUTAGE_S)
    core = FakeCore(clock, lambda _: DOWN if clock() < back_at else Attempt(Verdict.DELIVERED))
    lane = lane_over(journal.outbox, core)

    async def play() -> None:
        for hour in range(76):
            clock.now = max(clock.now, NOON + timedelta(hours=hour))
            answers = await journal.record(
                [entry_for(str(one), f"{hour}", at=clock.now) for one in (hour % 10, 10 + hour % 7)]
            )
            # The intake knows nothing of the outage.
            assert all(answer.revision >= 1 for answer in answers)
            await drain_until_idle(lane, journal, clock, (hour + 1) * 3600)
        await drain_until_idle(lane, journal, clock, 10 * OUTAGE_S)

    asyncio.run(play())
    assert lane.counts.buried == 0
    assert lane.counts.delivered == 152
    for incident in range(17):
        taken = [one.content.revision for one in core.taken if one.content.triage.incident_id == str(incident)]
        assert taken == list(range(1, len(taken) + 1))
    first = [at for at, one in core.attempts if one.seq == 1]
    waits = [(later - earlier).total_seconds() for earlier, later in pairwise(first)]
    assert len(first) == 10
    assert waits == pytest.approx([rung * 1.05 for rung in LADDER_S])


def test_poison_ends_as_dead_letters_at_once_and_blocks_nobody(journal: SqlJournal) -> None:
    def behave(message: Message) -> Attempt:
        is_poison = int(message.content.triage.incident_id) % 100 == 7
        return Attempt(Verdict.REFUSED, "422 no such group") if is_poison else Attempt(Verdict.DELIVERED)

    core = FakeCore(behave=behave)
    asyncio.run(journal.record([entry_for(str(one)) for one in range(300)]))
    lane = lane_over(journal.outbox, core)
    asyncio.run(lane.drain())
    letters = asyncio.run(journal.outbox.page_dead(10)).letters
    assert sorted(one.message.content.triage.incident_id for one in letters) == ["107", "207", "7"]
    assert {one.reason for one in letters} == {"422 no such group"}
    assert (len(core.taken), lane.counts.attempts) == (297, 300)


def test_message_that_nobody_takes_is_given_up_after_the_tenth_attempt(journal: SqlJournal) -> None:
    clock = SetClock()
    core = FakeCore(clock, lambda _: DOWN)
    lane = lane_over(journal.outbox, core, dice=0.0)
    asyncio.run(journal.record([entry_for("1")]))
    asyncio.run(drain_until_idle(lane, journal, clock, 10 * OUTAGE_S))
    assert (len(core.attempts), lane.counts.buried) == (10, 1)
    assert (clock.now - NOON).total_seconds() == sum(LADDER_S) > OUTAGE_S


def test_destination_says_when_to_come_back(journal: SqlJournal) -> None:
    core = FakeCore(behave=lambda _: Attempt(Verdict.RETRY, "429", retry_after_s=120.0))
    asyncio.run(journal.record([entry_for("1")]))
    asyncio.run(lane_over(journal.outbox, core).drain())
    assert asyncio.run(journal.outbox.next_due("desk")) == NOON + timedelta(seconds=120)


def test_destination_that_is_gone_is_left_alone_and_keeps_its_messages(journal: SqlJournal) -> None:
    core = FakeCore(behave=lambda _: Attempt(Verdict.GONE, "410 Gone"))
    asyncio.run(journal.record([entry_for(str(one)) for one in range(20)]))
    asyncio.run(lane_over(journal.outbox, core).drain())
    assert len(core.attempts) == DESK.concurrency
    [state] = asyncio.run(journal.outbox.states(["desk"]))
    assert (state.waiting, state.reason) == (20, "410 Gone")


def test_fault_of_ours_is_one_message_s_alone(journal: SqlJournal, logs: list[MutableMapping[str, Any]]) -> None:
    def behave(message: Message) -> Attempt:
        if message.content.triage.incident_id == "1":
            raise ZeroDivisionError("ours")
        return Attempt(Verdict.DELIVERED)

    core = FakeCore(behave=behave)
    asyncio.run(journal.record([entry_for(str(one)) for one in range(3)]))
    asyncio.run(lane_over(journal.outbox, core).drain())
    assert len(core.taken) == 2
    assert [log["event"] for log in logs] == ["delivery_failed", "not_delivered"]


class HangingCore(FakeCore):
    """Never answers."""

    async def deliver(self, message: Message) -> Attempt:
        self.attempts.append((self.clock(), message))
        await asyncio.Event().wait()
        raise AssertionError("unreachable")


def test_destination_that_hangs_delays_no_other_and_is_given_up_on_in_time(journal: SqlJournal) -> None:
    slow = Destination("slow", Kind.WEBHOOK, "http://127.0.0.1:9/", timeout_s=0.02)
    hanging, quick = HangingCore(), FakeCore()
    lanes = [lane_over(journal.outbox, hanging, slow), lane_over(journal.outbox, quick)]
    relay = Relay(lanes)

    async def play() -> list[int]:
        assert relay.of("mail") == ("slow", "desk")
        await journal.record([entry_for(str(one), destinations=relay.of("mail")) for one in range(12)])
        slow_one = asyncio.create_task(lanes[0].drain())
        done = await lanes[1].drain()
        return [done, await slow_one]

    assert asyncio.run(play()) == [12, 12]
    assert lanes[0].counts.retried == 12
    assert len(quick.taken) == 12


def test_relay_delivers_what_it_is_woken_for_and_lets_go_at_the_end(journal: SqlJournal) -> None:
    core = FakeCore()
    relay = Relay([lane_over(journal.outbox, core)])

    async def play() -> int:
        running = asyncio.create_task(relay.run())
        await asyncio.sleep(0)
        await journal.record([entry_for("1")])
        relay.wake(["desk", "nobody"])
        while not core.taken:
            await asyncio.sleep(0.001)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return len(core.taken)

    assert asyncio.run(play()) == 1
    assert core.is_closed


def test_sources_that_a_destination_does_not_take_are_not_sent_there(journal: SqlJournal) -> None:
    picky = Destination("picky", Kind.WEBHOOK, "http://127.0.0.1:9/", sources=("triage.watch",))
    relay = Relay([lane_over(journal.outbox, FakeCore(), picky), lane_over(journal.outbox, FakeCore())])
    assert relay.of("mail") == ("desk",)
    assert relay.of("triage.watch") == ("picky", "desk")
