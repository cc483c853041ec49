from __future__ import annotations

from itertools import accumulate

import numpy as np

from triage.watch.wear import EARLY_POINTS, WearState, empty_wear, follow_wear, grown_wear


def worn(state: WearState, values: list[float], row: int = 0) -> list[float]:
    """Return the wear after each value."""
    return list(accumulate(follow_wear(state, row, value, at) for at, value in enumerate(values, 1)))


def test_wear_is_the_distance_from_early_life_in_the_weighted_direction() -> None:
    values = [5.0] * EARLY_POINTS + [7.0] * 200
    rising, falling = worn(empty_wear(np.array([0.5])), values), worn(empty_wear(np.array([-0.5])), values)
    assert rising[EARLY_POINTS - 1] == 0.0
    np.testing.assert_allclose(rising[-1], 1.0, rtol=1e-6)
    np.testing.assert_allclose(falling, [-value for value in rising])


def test_series_without_weight_wears_nothing() -> None:
    assert worn(empty_wear(np.zeros(1)), [1.0, 9.0, 1e9]) == [0.0, 0.0, 0.0]


def test_stray_value_moves_wear_no_more_than_a_little_and_not_for_long() -> None:
    values = [5.0] * 50 + [1e12] + [5.0] * 60
    found = worn(empty_wear(np.array([2.0])), values)
    assert found[50] <= 1.0
    assert found[-1] < 0.01


def test_grown_state_keeps_what_was_there() -> None:
    state = empty_wear(np.array([1.0]))
    worn(state, [1.0] * EARLY_POINTS + [2.0] * 10)
    more = grown_wear(state, np.array([3.0]))
    np.testing.assert_array_equal(more.course[0], state.course[0])
    assert more.weight.tolist() == [1.0, 3.0]
    assert not more.course[1].any()
