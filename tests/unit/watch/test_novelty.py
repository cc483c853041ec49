from __future__ import annotations

import json

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.unit.watch.series_made import MINUTE_NS, assert_same, new_watcher, noise, one_series

from triage.parts import Part
from triage.watch.points import Points
from triage.watch.watcher import Watcher


def teeth(n: int) -> NDArray[np.float64]:
    """Rise for nineteen points, fall at once, with a little noise."""
    return np.arange(n) % 20 + 0.2 * noise(n)


def remembered(watcher: Watcher) -> int:
    return int(watcher.to_part().arrays["novelty_taken"][0])


def score_of(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return new_watcher().handle(one_series(values)).score


def decades(score: float) -> float:
    return float(-np.log10(1.0 - score))


def cut(points: Points, begin: int, end: int) -> Points:
    return Points(points.series[begin:end], points.time_ns[begin:end], points.value[begin:end])


def test_course_never_seen_is_the_news_even_where_every_value_of_it_is_usual() -> None:
    values = teeth(1200)
    values[1000:1010] = values[1000:1010][::-1]
    alone = score_of(values)
    # Beside a second metric it is not remembered: its tails alone make the score.
    times = np.repeat(np.arange(1200) * MINUTE_NS, 2)
    tails = new_watcher(2).handle(Points(np.arange(2400) % 2, times, np.repeat(values, 2))).score[::2]
    assert decades(alone[1000:1020].max()) > decades(tails[1000:1020].max()) + 0.5
    assert decades(alone[600:1000].max()) < decades(tails[600:1000].max()) + 0.25


def test_what_comes_again_and_again_is_new_once() -> None:
    values = noise(4000)
    values[500::250] += 12.0
    score = score_of(values)
    assert score[500:503].max() > 0.99
    assert score[2990:].max() < score[500:503].max()


def test_batches_and_a_restart_in_the_middle_change_no_bit() -> None:
    points = one_series(teeth(600) + 5.0 * (np.arange(600) > 480))
    whole = new_watcher().handle(points)
    watcher, parts = new_watcher(), []
    for begin, end in ((0, 1), (1, 37), (37, 38), (38, 200), (200, 490), (490, 600)):
        parts.append(watcher.handle(cut(points, begin, end)))
        kept = watcher.to_part()
        watcher = Watcher.from_part(Part(kept.arrays, json.loads(json.dumps(kept.document))))
    assert_same(whole, *parts)


def test_nothing_after_a_point_changes_its_answer() -> None:
    points = one_series(np.append(teeth(500), [1e6, np.nan, -1e9]))
    known, whole = new_watcher().handle(cut(points, 0, 400)), new_watcher().handle(points)
    np.testing.assert_array_equal(known.score, whole.score[:400])
    np.testing.assert_array_equal(known.alert, whole.alert[:400])


@pytest.mark.parametrize("values", [np.ones(200), noise(31), np.full(200, np.nan)])
def test_series_that_is_constant_or_short_is_not_remembered(values: NDArray[np.float64]) -> None:
    watcher = new_watcher()
    watcher.handle(one_series(values))
    assert remembered(watcher) == 0


def test_entity_of_several_metrics_is_judged_as_one_state_instead() -> None:
    watcher = new_watcher(2)
    watcher.handle(Points(np.arange(400) % 2, np.arange(400) // 2 * MINUTE_NS, noise(400)))
    assert remembered(watcher) == 0


def test_no_more_series_are_remembered_than_there_is_room_for() -> None:
    watcher = new_watcher(600, 600)
    watcher.handle(Points(np.arange(40 * 600) % 600, np.arange(40 * 600) // 600 * MINUTE_NS, noise(40 * 600)))
    assert remembered(watcher) == 512


@pytest.mark.parametrize("values", [np.append(noise(100), [1e30, -1e30, *noise(50)]), 1e12 + teeth(300)])
def test_scores_stay_in_the_unit_interval_at_any_size(values: NDArray[np.float64]) -> None:
    score = score_of(values)
    assert ((score >= 0.0) & (score <= 1.0)).all()
