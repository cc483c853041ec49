"""Trackers that are read again and again."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from structlog.testing import capture_logs
from tests.fakes import NOON, FakeLabeller, MemoryJournal, fixed_clock, received

from triage.domain import Outcome, OutcomeValue
from triage.errors import StoreUnavailable, TrackerUnavailable
from triage.flow import LiveFlow, Polled, PolledTicket, Polls


@dataclass
class MemoryCursors:
    """Marks that are forgotten."""

    marks: dict[str, str] = field(default_factory=dict)
    delivered: dict[str, tuple[str, str]] = field(default_factory=dict)
    is_elsewhere: bool = False
    fails: int = 0

    async def claim_poll(self, _name: str) -> bool:
        return not self.is_elsewhere

    async def cursor(self, name: str) -> str:
        return self.marks.get(name, "")

    async def keep_cursor(self, name: str, mark: str, _now: datetime) -> None:
        if self.fails:
            self.fails -= 1
            raise StoreUnavailable("No.")
        self.marks[name] = mark

    async def delivered_as(self, _destination: str, refs: Sequence[str]) -> Mapping[str, tuple[str, str]]:
        return {ref: self.delivered[ref] for ref in refs if ref in self.delivered}


@dataclass
class FakeSource:
    """Gives pages of tickets by the number of the page."""

    pages: list[list[PolledTicket]]
    name: str = "desk"
    destination: str = ""
    interval_s: float = 0.001
    asked: list[str] = field(default_factory=list)
    error: Exception | None = None

    def read(self, mark: str) -> Polled:
        self.asked.append(mark)
        if self.error is not None:
            raise self.error
        at = int(mark or 0)
        if at >= len(self.pages):
            return Polled([], mark)
        return Polled(self.pages[at], str(at + 1), has_more=at + 1 < len(self.pages))


def ticket(number: str, *labels: str, body: str = "{}") -> PolledTicket:
    values = tuple(OutcomeValue("queue", label, NOON) for label in labels)
    ended = (Outcome(number, "desk", values, "ada"),) if values else ()
    return PolledTicket(f"T-{number}", received(number, body), ended)


def polls_over(journal: MemoryJournal, source: FakeSource, cursors: MemoryCursors | None = None) -> Polls:
    flow = LiveFlow(FakeLabeller, journal, fixed_clock)
    return Polls(flow, [source], cursors or MemoryCursors(), fixed_clock)


def test_tickets_become_incidents_and_outcomes_and_the_mark_is_kept_after_them() -> None:
    journal, cursors = MemoryJournal(), MemoryCursors()
    source = FakeSource([[ticket("1"), ticket("2", "network")], [ticket("3")]])

    async def play() -> list[bool]:
        polls = polls_over(journal, source, cursors)
        return [await polls.poll(source) for _ in range(3)]

    assert asyncio.run(play()) == [True, False, False]
    assert list(journal.stored) == [("desk", "1"), ("desk", "2"), ("desk", "3")]
    assert [one.incident_id for one in journal.outcomes] == ["2"]
    assert (source.asked, cursors.marks) == (["", "1", "2"], {"desk": "2"})


def test_poll_whose_mark_was_not_kept_is_done_again_and_nothing_is_there_twice() -> None:
    journal, source = MemoryJournal(), FakeSource([[ticket("1"), ticket("2")]])

    async def play() -> None:
        polls = polls_over(journal, source, MemoryCursors(fails=1))
        with pytest.raises(StoreUnavailable):
            await polls.poll(source)
        await polls.poll(source)

    asyncio.run(play())
    assert source.asked == ["", ""]
    assert [len(kept) for kept in journal.stored.values()] == [1, 1]


def test_outcome_of_a_ticket_that_we_made_is_that_of_its_incident_and_it_is_no_news() -> None:
    journal = MemoryJournal()
    source = FakeSource([[ticket("99", "network")]], destination="core")

    async def play() -> None:
        polls = polls_over(journal, source, MemoryCursors(delivered={"T-99": ("mail", "INC1")}))
        await LiveFlow(FakeLabeller, journal, fixed_clock).accept([received("INC1", source="mail")])
        await polls.poll(source)

    asyncio.run(play())
    assert list(journal.stored) == [("mail", "INC1")]
    assert [(one.source, one.incident_id) for one in journal.outcomes] == [("mail", "INC1")]


def test_outcome_of_what_never_came_by_us_is_passed_over() -> None:
    journal = MemoryJournal()
    unknown = PolledTicket("T-5", None, ticket("5", "network").outcomes)
    source = FakeSource([[unknown, ticket("6", "hardware")]])
    asyncio.run(polls_over(journal, source).poll(source))
    assert [one.incident_id for one in journal.outcomes] == ["6"]


def test_tracker_that_another_process_reads_is_left_to_it() -> None:
    source = FakeSource([[ticket("1")]])
    assert not asyncio.run(polls_over(MemoryJournal(), source, MemoryCursors(is_elsewhere=True)).poll(source))
    assert source.asked == []


@pytest.mark.parametrize("error", [TrackerUnavailable("It does not answer."), KeyError("id")])
def test_tracker_that_cannot_be_read_is_named_until_it_can(error: Exception) -> None:
    source = FakeSource([[ticket("1")]], error=error)
    journal = MemoryJournal()

    async def play() -> list[str]:
        polls = polls_over(journal, source)
        running = asyncio.create_task(polls.run())
        while not polls.faults:
            await asyncio.sleep(0.001)
        faults = polls.faults
        source.error = None
        while polls.faults or not journal.stored:
            await asyncio.sleep(0.001)
        running.cancel()
        return faults

    with capture_logs():
        [fault] = asyncio.run(play())
    assert fault.startswith("desk is not read: ")


def test_process_ends_while_a_tracker_is_being_read() -> None:
    hangs = threading.Event()

    class Hanging(FakeSource):
        def read(self, mark: str) -> Polled:
            hangs.wait(20)
            return super().read(mark)

    source = Hanging([])

    async def play() -> None:
        running = asyncio.create_task(polls_over(MemoryJournal(), source).run())
        await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    # It would wait for the thread if that were the loop's own.
    asyncio.run(play())
    hangs.set()
