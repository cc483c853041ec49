"""Rules of the use case of live metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs
from tests.fakes import (
    NOON,
    FakeLabeller,
    FakeWatchers,
    MemoryJournal,
    MemoryMetricJournal,
    fixed_clock,
    metric_batch,
    warning_on,
)

from triage.decide.grouping import GroupingRules
from triage.domain import EarlyWarning, IncidentState
from triage.errors import NotFound, StoreUnavailable
from triage.flow import BatchAnswer, LiveFlow, LiveMetrics, MetricBatch, StreamWatcher, WarningQuery
from triage.parts import Part
from triage.watch.budget import Budget
from triage.watch.watcher import Watcher

_T = TypeVar("_T")

HIGH = metric_batch(("a", 60, 0.95))
LOW = metric_batch(("a", 120, 0.1))


class Setting:
    """Live metrics over journals in memory, which outlive them; `restart` is what a kill and a start are."""

    def __init__(self) -> None:
        self.metric_journal = MemoryMetricJournal()
        self.incidents = MemoryJournal()
        self.watchers = FakeWatchers()
        self.restart()

    def restart(self) -> None:
        flow = LiveFlow(FakeLabeller, self.incidents, fixed_clock)
        self.metrics = LiveMetrics(self.watchers, self.metric_journal, flow, fixed_clock)
        with capture_logs():
            asyncio.run(self.metrics.start())

    def run(self, work: Coroutine[object, object, _T]) -> _T:
        with capture_logs():
            return asyncio.run(work)

    def send(self, *batches: MetricBatch) -> list[list[str]]:
        """Send batches one after the other; return the warnings that each opened."""

        async def one_by_one() -> list[BatchAnswer]:
            return [await self.metrics.accept(batch) for batch in batches]

        answers = self.run(one_by_one())
        return [[one.id for one in answer.opened] for answer in answers]


@pytest.fixture
def at() -> Setting:
    return Setting()


def test_a_batch_is_in_the_journal_and_its_warnings_are_stored_when_it_is_answered(at: Setting) -> None:
    answer = at.run(at.metrics.accept(HIGH))
    assert (answer.accepted, answer.ignored) == (1, 0)
    assert [answer.opened] == [(warning_on("a", 60),)]
    assert at.metric_journal.batches == {1: HIGH}
    assert at.metric_journal.warnings == {warning_on("a", 60).id: warning_on("a", 60)}


def test_an_opened_warning_goes_through_triage_as_an_incident(at: Setting) -> None:
    answer = at.run(at.metrics.accept(HIGH))
    [(source, incident_id)] = at.incidents.stored
    assert (source, incident_id) == ("triage.watch", warning_on("a", 60).id)
    assert [one.triage.incident_id for one in answer.triaged] == [incident_id]
    warning, triaged = at.run(at.metrics.find(incident_id))
    assert warning == warning_on("a", 60)
    assert triaged is not None
    assert triaged.triage.predictions


def test_a_closed_warning_takes_the_place_of_the_open_one_and_makes_no_second_incident(at: Setting) -> None:
    at.send(HIGH, LOW)
    [kept] = at.run(at.metrics.page(WarningQuery(10))).warnings
    assert kept.closed_at == datetime(1970, 1, 1, 0, 2, tzinfo=UTC)
    assert len(at.incidents.stored) == 1


def test_batches_that_come_together_are_applied_in_the_order_in_which_they_came(at: Setting) -> None:
    async def send() -> list[int]:
        batches = [metric_batch(("a", step, 0.95 if step % 2 else 0.1)) for step in range(20)]
        answers = await asyncio.gather(*(at.metrics.accept(batch) for batch in batches))
        return [len(answer.opened) for answer in answers]

    assert at.run(send()) == [0, 1] * 10
    assert sorted(at.metric_journal.batches) == list(range(1, 21))


def test_a_batch_that_is_not_kept_is_not_watched_either_and_holds_nobody_up(at: Setting) -> None:
    at.metric_journal.refused_seqs = {2}

    async def send() -> list[object]:
        batches = [metric_batch((name, 1, 0.95)) for name in "abc"]
        return await asyncio.gather(*(at.metrics.accept(batch) for batch in batches), return_exceptions=True)

    outcomes = at.run(send())
    assert [isinstance(outcome, StoreUnavailable) for outcome in outcomes] == [False, True, False]
    assert sorted(one.entity for one in at.metric_journal.warnings.values()) == ["a", "c"]


def test_a_sender_that_gives_up_is_served_all_the_same(at: Setting) -> None:
    async def give_up() -> None:
        sending = asyncio.create_task(at.metrics.accept(HIGH))
        await asyncio.sleep(0)
        sending.cancel()
        await at.metrics.stop()

    at.run(give_up())
    assert at.metric_journal.warnings
    assert at.metrics.counts.accepted == 1


def test_after_a_kill_the_watcher_is_what_it_was(at: Setting) -> None:
    at.send(HIGH, metric_batch(("b", 70, 0.3), ("a", 80, 0.7)))
    before = at.watchers.last
    at.restart()
    after = at.watchers.last
    assert after is not before
    assert (after.trace, after.open, after.names) == (before.trace, before.open, before.names)
    assert at.send(metric_batch(("a", 90, 0.95)), LOW) == [[], []]
    assert at.metric_journal.warnings[warning_on("a", 60).id].closed_at is not None


def test_a_warning_that_a_kill_left_out_is_found_again(at: Setting) -> None:
    at.send(HIGH)
    at.metric_journal.warnings.clear()
    at.incidents.stored.clear()
    at.restart()
    assert list(at.metric_journal.warnings) == [warning_on("a", 60).id]
    assert len(at.incidents.stored) == 1
    assert at.metrics.counts.opened == 0


def test_a_clean_stop_keeps_the_state_and_lets_the_batches_go(at: Setting) -> None:
    at.send(HIGH, LOW)
    at.run(at.metrics.stop())
    assert at.metric_journal.kept is not None
    assert (at.metric_journal.kept.seq, at.metric_journal.batches) == (2, {})
    at.restart()
    at.send(HIGH)
    assert list(at.metric_journal.batches) == [3]


def test_the_state_is_kept_now_and_then_so_that_a_start_has_little_to_do(at: Setting) -> None:
    at.send(*(metric_batch(("a", step, 0.1)) for step in range(1005)))
    assert at.metric_journal.kept is not None
    assert at.metric_journal.kept.seq == 1000
    assert list(at.metric_journal.batches) == [1001, 1002, 1003, 1004, 1005]


@pytest.mark.parametrize("cannot_forget", [False, True])
def test_who_has_been_silent_is_forgotten_where_the_state_is_kept_and_their_warnings_are_over(
    at: Setting, cannot_forget: bool
) -> None:
    at.watchers.silent, at.watchers.cannot_forget = {"a"}, cannot_forget
    at.send(HIGH)
    with capture_logs() as logs:
        asyncio.run(at.metrics.stop())
    [warning] = at.metric_journal.warnings.values()
    assert (warning.closed_at is None) == cannot_forget
    assert [log["event"] for log in logs if log["log_level"] == "error"] == ["forgetting_failed"][: int(cannot_forget)]
    assert at.metric_journal.kept is not None


def test_warnings_that_could_not_be_stored_are_stored_with_the_next_batch(at: Setting) -> None:
    at.metric_journal.keeps_warnings = False
    [opened] = at.send(HIGH)
    assert opened == [warning_on("a", 60).id]
    at.run(at.metrics.stop())
    assert at.metric_journal.kept is not None
    assert at.metric_journal.kept.seq == 0
    at.metric_journal.keeps_warnings = True
    at.send(metric_batch(("a", 70, 0.95)))
    assert list(at.metric_journal.warnings) == opened
    assert len(at.incidents.stored) == 1


def test_a_promoted_model_takes_over_with_the_next_batch_and_closes_what_was_open(at: Setting) -> None:
    at.send(HIGH)
    at.watchers.origin = "model m 1"
    [opened] = at.send(metric_batch(("a", 300, 0.95)))
    before = at.metric_journal.warnings[warning_on("a", 60).id]
    assert before.closed_at == datetime(1970, 1, 1, 0, 1, tzinfo=UTC)
    assert opened == [warning_on("a", 300).id]
    assert at.metric_journal.kept is not None
    assert (at.metric_journal.kept.seq, at.metric_journal.kept.origin) == (1, "model m 1")


def test_a_restart_hands_over_where_it_was_handed_over(at: Setting) -> None:
    at.send(HIGH)
    at.watchers.origin = "model m 1"
    at.send(metric_batch(("a", 300, 0.95)), metric_batch(("b", 310, 0.95)))
    before, warnings = at.watchers.last.trace, dict(at.metric_journal.warnings)
    at.restart()
    assert at.watchers.last.trace == before
    assert at.metric_journal.warnings == warnings


def test_a_state_of_another_version_gives_way_to_a_fresh_watcher(at: Setting) -> None:
    at.send(HIGH)
    at.run(at.metrics.stop())
    at.watchers.refuses = True
    at.restart()
    assert at.metric_journal.warnings[warning_on("a", 60).id].closed_at is not None
    assert at.send(metric_batch(("a", 400, 0.95))) == [[warning_on("a", 400).id]]
    assert list(at.metric_journal.batches) == [2]


@pytest.mark.parametrize("is_killed", [False, True])
def test_what_is_open_on_disk_and_not_with_the_watcher_is_closed_at_the_start(at: Setting, *, is_killed: bool) -> None:
    at.send(HIGH, metric_batch(("b", 300, 0.95)))
    gone = warning_on("z", 30)
    at.metric_journal.warnings[gone.id] = gone
    if not is_killed:
        at.run(at.metrics.stop())
    at.restart()
    closed = at.metric_journal.warnings[gone.id]
    assert (closed.closed_at, closed.ended_at) == (warning_on("b", 300).opened_at,) * 2
    assert closed.why.startswith(gone.why)
    assert "by the settings in force" in closed.why
    assert [one.entity for one in at.metric_journal.warnings.values() if one.closed_at is None] == ["a", "b"]
    kept = dict(at.metric_journal.warnings)
    at.restart()
    assert at.metric_journal.warnings == kept


def test_what_could_not_be_closed_at_the_start_is_closed_with_the_next_batch(at: Setting) -> None:
    gone = warning_on("z", 30)
    at.metric_journal.warnings[gone.id] = gone
    at.metric_journal.keeps_warnings = False
    at.restart()
    assert at.metric_journal.warnings[gone.id].closed_at is None
    at.metric_journal.keeps_warnings = True
    at.send(LOW)
    assert at.metric_journal.warnings[gone.id].closed_at == gone.opened_at


def test_a_closed_store_acknowledges_nothing(at: Setting) -> None:
    at.metric_journal.is_open = False
    with pytest.raises(StoreUnavailable):
        at.send(HIGH)
    at.run(at.metrics.stop())
    assert at.metrics.counts.accepted == 0


def test_points_beyond_the_bound_are_pushed_back_and_what_waits_is_counted(at: Setting) -> None:
    n = 2_500_000
    large = MetricBatch(("a",), ("cpu",), np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n))

    async def crowd() -> tuple[int, float]:
        tasks = [asyncio.create_task(at.metrics.accept(large)) for _ in range(2)]
        await asyncio.sleep(0)
        waiting = at.metrics.counts
        with pytest.raises(StoreUnavailable, match="wait"):
            await tasks[1]
        tasks[0].cancel()
        at.metrics._waiting.clear()
        return waiting.waiting, waiting.lag_s

    waiting, lag_s = at.run(crowd())
    assert waiting == n
    assert lag_s == 0.0


def test_while_another_process_watches_it_takes_nothing_and_then_takes_over() -> None:
    journal = MemoryMetricJournal(is_elsewhere=True)
    metrics = LiveMetrics(FakeWatchers(), journal, LiveFlow(FakeLabeller, MemoryJournal(), fixed_clock), fixed_clock)

    async def post() -> int:
        await metrics.start()
        with pytest.raises(StoreUnavailable, match="Another process"):
            await metrics.accept(HIGH)
        journal.is_elsewhere = False
        return (await metrics.accept(HIGH)).accepted

    assert asyncio.run(post()) == len(HIGH)


def test_a_batch_without_points_is_answered_and_not_kept(at: Setting) -> None:
    nothing = np.empty(0, np.int64)
    answer = at.run(at.metrics.accept(MetricBatch((), (), nothing, nothing, np.empty(0), nulls=3)))
    assert (answer.accepted, answer.ignored) == (0, 3)
    assert not at.metric_journal.batches


def test_an_unknown_warning_is_not_found_and_one_without_an_incident_is_shown_without(at: Setting) -> None:
    with pytest.raises(NotFound):
        at.run(at.metrics.find("nobody"))
    at.send(HIGH)
    at.incidents.stored.clear()
    assert at.run(at.metrics.find(warning_on("a", 60).id)) == (warning_on("a", 60), None)


class RealWatchers:
    """The watcher itself, under a small budget."""

    origin = "budget"

    def __init__(self) -> None:
        self.last = Watcher(Budget.parse("24/day"))

    def make(self) -> tuple[str, Watcher]:
        return self.origin, self.last

    def restore(self, state: Part) -> Watcher:
        self.last = Watcher.from_part(state)
        return self.last

    def forget(self, watcher: StreamWatcher) -> tuple[StreamWatcher, tuple[EarlyWarning, ...]]:
        return watcher, ()


def _streamed(values: list[float], kills: set[int], stops: set[int]) -> tuple[Part, dict[str, object]]:
    journal, incidents, watchers = MemoryMetricJournal(), MemoryJournal(), RealWatchers()

    async def stream(begin: int) -> int:
        metrics = LiveMetrics(watchers, journal, LiveFlow(FakeLabeller, incidents, fixed_clock), fixed_clock)
        await metrics.start()
        for step in range(begin, len(values)):
            points = [(name, step * 300.0, values[step] * (1 + at)) for at, name in enumerate("ab")]
            await metrics.accept(metric_batch(*points))
            if step in stops:
                await metrics.stop()
            if step in kills | stops:
                return step + 1
        return len(values)

    done = 0
    with capture_logs():
        while done < len(values):
            done = asyncio.run(stream(done))
    return watchers.last.to_part(), dict(journal.warnings)


@settings(max_examples=15)
@given(st.sets(st.integers(0, 199), max_size=4), st.sets(st.integers(0, 199), max_size=4))
def test_kills_and_stops_leave_state_and_warnings_as_they_are_without_to_the_bit(
    kills: set[int], stops: set[int]
) -> None:
    generator = np.random.default_rng(3)
    values = [float(value) for value in generator.normal(size=200)]
    values[120:124] = [30.0, 32.0, 31.0, 29.0]
    state, warnings = _streamed(values, set(), set())
    again, warnings_again = _streamed(values, kills, stops)
    assert warnings
    assert warnings_again == warnings
    assert again.document == state.document
    assert {name: array.tobytes() for name, array in again.arrays.items()} == {
        name: array.tobytes() for name, array in state.arrays.items()
    }


def test_the_time_of_receipt_is_the_clocks(at: Setting) -> None:
    at.send(HIGH)
    assert at.metric_journal.received == [NOON]


@pytest.mark.parametrize(
    ("watcher", "entities", "quiet_min", "least_share"),
    [
        (partial(Watcher, Budget.parse("24/day"), threshold=4.0), 1, 100, 1.0),
        (partial(Watcher, Budget.parse("24/day"), threshold=4.0), 1000, 300, 0.6),
        # With a watcher's own first threshold, fewer of a thousand entities are warned about at once.
        (partial(Watcher, Budget.parse("1/day")), 1, 300, 1.0),
        (partial(Watcher, Budget.parse("1/day")), 100, 300, 0.9),
        (partial(Watcher, Budget.parse("1/day")), 1000, 300, 0.2),
    ],
)
def test_level_shift_on_a_thousand_series_raises_one_warning_that_is_over_at_the_new_level(
    watcher: Callable[[], Watcher], entities: int, quiet_min: int, least_share: float
) -> None:
    """Series of one entity, of a hundred, or of as many; through a real watcher, in batches of five minutes."""
    generator = np.random.default_rng(3)
    names = [(f"host-{at % entities}", f"cpu-{at // entities}") for at in range(1000)]
    watchers = RealWatchers()
    watchers.last = watcher()
    incidents, journal = MemoryJournal(), MemoryMetricJournal()
    flow = LiveFlow(FakeLabeller, incidents, fixed_clock)
    metrics = LiveMetrics(watchers, journal, flow, fixed_clock, GroupingRules())

    async def play() -> list[str]:
        await metrics.start()
        opened: list[str] = []
        for step in range(0, quiet_min + 50, 5):
            steps = range(step, step + 5)
            shift = [20.0 if at >= quiet_min else 0.0 for at in steps]
            value = generator.normal(size=(5, 1000)) + np.array(shift)[:, None]
            batch = MetricBatch(
                tuple(entity for entity, _ in names),
                tuple(metric for _, metric in names),
                np.tile(np.arange(1000), 5),
                np.repeat(np.array(steps, np.int64) * 60 * 10**9, 1000),
                value.ravel(),
            )
            answer = await metrics.accept(batch)
            opened += [one.id for one in answer.opened if one.opened_at.timestamp() >= quiet_min * 60]
        return opened

    with capture_logs():
        opened = asyncio.run(play())
    assert len(opened) == 1
    page = asyncio.run(metrics.page(WarningQuery(100))).warnings
    [problem] = [one for one in page if one.id == opened[0]]
    assert problem.size >= least_share * entities
    assert problem.closed_at is not None
    [(_, answer)] = [kept[-1] for key, kept in incidents.stored.items() if key[1] == problem.id]
    assert answer.state is IncidentState.RESOLVED
