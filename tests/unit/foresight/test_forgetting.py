"""Whoever has been silent for long is forgotten; nobody else notices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.unit.training.wearing import HOUR_NS, failures, wide_history

from triage.foresight.forewarning import Forewarner, StreamingWatcher
from triage.foresight.forgetting import forget_silent
from triage.measure.warnings import Window
from triage.training.foresight_fitting import fit_forewarner
from triage.training.watching import to_points
from triage.watch.budget import Budget
from triage.watch.points import Points, Watched
from triage.watch.watcher import Watcher

ENTITIES, METRICS = 8, 3
LEAVE = (1, 4, 5)
DAY = 24
AFTER_NS = 20 * DAY * HOUR_NS


def points(
    watcher: StreamingWatcher, hours: range, entities: tuple[int, ...], seed: int = 0, metrics: int = METRICS
) -> Points:
    """Return an hourly value of every metric of some entities, with a course over the day and an accident or two."""
    rng = np.random.default_rng([seed, hours.start])
    names = [(f"host-{entity}", f"m{metric}") for entity in entities for metric in range(metrics)]
    rows = watcher.series_of([entity for entity, _ in names], [metric for _, metric in names])
    hour = np.repeat(np.array(hours), len(rows))
    value = rng.normal(size=len(hour)) + 5.0 * np.sin(hour * 2 * np.pi / DAY) + (rng.random(len(hour)) < 0.01) * 30.0
    return Points(np.tile(rows, len(hours)), hour * HOUR_NS, value)


def test_who_stays_keeps_the_memory_of_a_series_that_stands_alone() -> None:
    alone, left = Watcher(Budget.parse("1/day")), Watcher(Budget.parse("1/day"))
    for watcher in (alone, left):
        for hours, entities in ((range(60), tuple(range(ENTITIES))), (range(60, 45 * DAY), others())):
            watcher.handle(points(watcher, hours, entities, metrics=1))
    left = forget_silent(left, AFTER_NS)[0]  # type: ignore[assignment]  # a watcher stays one
    assert left.to_part().arrays["novelty_taken"].tolist() == [len(others())]
    following = range(45 * DAY, 60 * DAY)
    wanted, got = (watcher.handle(points(watcher, following, others(), metrics=1)) for watcher in (alone, left))
    for want, have in zip(answers(wanted), answers(got), strict=True):
        np.testing.assert_array_equal(want, have)


def others() -> tuple[int, ...]:
    return tuple(entity for entity in range(ENTITIES) if entity not in LEAVE)


def left_alone() -> Watcher:
    """A watcher some of whose entities have been silent for a month."""
    watcher = Watcher(Budget.parse("1/day"))
    watcher.handle(points(watcher, range(15 * DAY), tuple(range(ENTITIES))))
    watcher.handle(points(watcher, range(15 * DAY, 45 * DAY), others()))
    return watcher


def answers(watched: Watched) -> tuple[NDArray[np.float64], ...]:
    return watched.score, watched.entity_score, watched.alert.astype(np.float64), watched.evidence, watched.motion


def test_those_who_stay_are_answered_as_if_nobody_had_been_forgotten() -> None:
    before = left_alone()
    left, _ = forget_silent(left_alone(), AFTER_NS)
    assert left.table.entities == [f"host-{entity}" for entity in others()]
    assert len(left.table) == len(others()) * METRICS
    assert left.to_part().arrays["season_taken"].tolist() == [len(others()) * METRICS]
    following = range(45 * DAY, 60 * DAY)
    wanted, got = (watcher.handle(points(watcher, following, others())) for watcher in (before, left))
    assert wanted.alert.any()
    for mine, theirs in zip(answers(wanted), answers(got), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert got.opened == wanted.opened
    assert got.closed == wanted.closed


def test_what_was_open_is_closed_and_whoever_comes_back_is_new() -> None:
    watcher = left_alone()
    stopped = {note.entity for note in watcher.open_notes}
    assert stopped == {f"host-{entity}" for entity in LEAVE}
    left, closed = forget_silent(watcher, AFTER_NS)
    assert {warning.entity for warning in closed} == stopped
    assert all(warning.closed_at is not None and warning.closed_at >= warning.opened_at for warning in closed)
    assert not left.open_notes
    back = left.handle(points(left, range(45 * DAY, 45 * DAY + 8), LEAVE))
    assert not back.score.any()
    assert left.table.entities[-len(LEAVE) :] == [f"host-{entity}" for entity in LEAVE]


def test_silences_stay_and_turns_are_taken_until_the_next_one_is_forgotten() -> None:
    left, _ = forget_silent(left_alone(), AFTER_NS)
    left.handle(points(left, range(45 * DAY, 80 * DAY), others()[1:]))
    left, closed = forget_silent(left, AFTER_NS)
    assert left.table.entities == [f"host-{entity}" for entity in others()[1:]]
    assert {warning.entity for warning in closed} == {"host-0"}


@pytest.mark.parametrize("after_ns", [0, 31 * DAY * HOUR_NS])
def test_nobody_is_forgotten_before_the_time_or_without_one(after_ns: int) -> None:
    watcher = left_alone()
    assert forget_silent(watcher, after_ns) == (watcher, ())


def test_a_stop_of_everybody_and_a_clock_that_is_ahead_let_nobody_be_forgotten() -> None:
    watcher = Watcher(Budget.parse("1/day"))
    everybody = tuple(range(ENTITIES))
    watcher.handle(points(watcher, range(15 * DAY), everybody))
    watcher.handle(points(watcher, range(60 * DAY, 61 * DAY), everybody[:1]))
    assert forget_silent(watcher, AFTER_NS)[0] is watcher


def test_few_among_many_wait_until_it_is_worth_it() -> None:
    watcher = Watcher(Budget.parse("1/day"))
    watcher.handle(points(watcher, range(20), tuple(range(150))))
    watcher.handle(points(watcher, range(20, 60), tuple(range(149))))
    assert forget_silent(watcher, 30 * HOUR_NS)[0] is watcher
    watcher.handle(points(watcher, range(60, 100), tuple(range(148))))
    assert len(forget_silent(watcher, 30 * HOUR_NS)[0].table.entities) == 148


@pytest.mark.parametrize("threshold", [0.3, None])
def test_an_early_warning_model_goes_on_with_those_who_stay(threshold: float | None) -> None:
    history = wide_history(36, 120)
    fitted = Watcher(Budget.parse("1/40steps", HOUR_NS), 2.2)
    fitted.handle(to_points(fitted, history)[0])
    found = fit_forewarner(fitted, history, failures(36, 120), Window(15 * HOUR_NS))
    assert isinstance(found, Forewarner)
    foresight = replace(found.foresight, threshold=threshold)

    def watched_alone() -> Forewarner:
        watcher = Forewarner(Watcher.from_part(fitted.to_part()), foresight)
        watcher.handle(points(watcher, range(1000, 1000 + 15 * DAY), tuple(range(ENTITIES))))
        watcher.handle(points(watcher, range(1000 + 15 * DAY, 1000 + 45 * DAY), others()))
        return watcher

    before, (left, _) = watched_alone(), forget_silent(watched_alone(), AFTER_NS)
    assert isinstance(left, Forewarner)
    assert set(left.table.entities) == {f"host-{entity}" for entity in others()}
    following = range(1000 + 45 * DAY, 1000 + 60 * DAY)
    wanted, got = (watcher.handle(points(watcher, following, others())) for watcher in (before, left))
    assert wanted.probability is not None
    assert got.probability is not None
    np.testing.assert_array_equal(wanted.probability, got.probability)
    np.testing.assert_array_equal(wanted.alert, got.alert)
    assert got.opened == wanted.opened
