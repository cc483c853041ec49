from __future__ import annotations

import numpy as np
import pytest
from tests.unit.watch.series_made import MINUTE_NS, assert_same, new_watcher, noise

from triage.watch.lanes import LANES
from triage.watch.points import Points

SERIES = 2 * LANES + 5


def side_by_side(steps: int) -> Points:
    """Return points of many series, a step after the other, with one value in each of them that stands out."""
    values = noise(steps * SERIES).reshape(steps, SERIES)
    values[steps // 2, :] += np.linspace(0.0, 40.0, SERIES)
    times = np.repeat(np.arange(steps) * MINUTE_NS, SERIES)
    return Points(np.tile(np.arange(SERIES), steps), times, values.ravel())


@pytest.mark.parametrize("size", [1, 3, 7, LANES + 1, SERIES])
def test_series_that_are_judged_together_answer_as_each_by_itself(size: int) -> None:
    points = side_by_side(60)
    whole, parted = new_watcher(SERIES), new_watcher(SERIES)
    parts = [parted.handle(points[begin : begin + size]) for begin in range(0, len(points), size)]
    assert_same(whole.handle(points), *parts)


def test_order_of_series_within_a_step_does_not_matter_to_their_scores() -> None:
    points = side_by_side(60)
    order = np.concatenate([np.random.default_rng(step).permutation(SERIES) + step * SERIES for step in range(60)])
    found = np.empty(len(order))
    found[order] = new_watcher(SERIES).handle(points[order]).score
    np.testing.assert_array_equal(found, new_watcher(SERIES).handle(points).score)


def test_series_that_come_twice_in_a_row_are_judged_one_after_the_other() -> None:
    points = side_by_side(60)
    both = Points(np.repeat(points.series, 2), np.repeat(points.time_ns, 2), np.repeat(points.value, 2))
    found = new_watcher(SERIES).handle(both).score
    np.testing.assert_array_equal(found[::2], new_watcher(SERIES).handle(points).score)
    np.testing.assert_array_equal(found[1::2], found[::2])
