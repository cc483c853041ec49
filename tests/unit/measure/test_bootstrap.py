from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from triage.measure.bootstrap import paired_interval


def right(share: float, n: int, seed: int) -> NDArray[np.float64]:
    return (np.random.default_rng(seed).random(n) < share).astype(np.float64)


def test_same_seed_gives_the_same_interval() -> None:
    first, second = np.random.default_rng(0).normal(size=(2, 100))
    assert paired_interval(first, second, seed=7) == paired_interval(first, second, seed=7)
    assert paired_interval(first, second, seed=7) != paired_interval(first, second, seed=8)


def test_equal_answers_differ_by_nothing() -> None:
    answers = right(0.8, 100, 1)
    assert paired_interval(answers, answers, seed=0) == (0.0, 0.0)


def test_a_clearly_better_first_is_above_zero_and_swapping_turns_the_sign() -> None:
    better, worse = right(0.95, 300, 1), right(0.6, 300, 2)
    low, high = paired_interval(better, worse, seed=0)
    assert 0.0 < low <= high
    assert paired_interval(worse, better, seed=0) == pytest.approx((-high, -low), abs=1e-12)


def test_interval_holds_the_observed_difference_and_is_about_as_wide_as_the_normal_one() -> None:
    first, second = right(0.8, 400, 1), right(0.75, 400, 2)
    difference = first - second
    low, high = paired_interval(first, second, seed=0)
    half = 1.96 * difference.std() / np.sqrt(400)
    assert (low, high) == pytest.approx((difference.mean() - half, difference.mean() + half), abs=0.01)


def test_a_smaller_error_rate_widens_the_interval() -> None:
    first, second = right(0.8, 200, 1), right(0.75, 200, 2)
    narrow, wide = paired_interval(first, second, 0, 0.2), paired_interval(first, second, 0, 0.01)
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


def test_pairing_counts_rows_that_both_get_wrong_as_no_difference() -> None:
    # The same rows are right but for one: unpaired, the noise of 500 rows would hide it.
    first = right(0.5, 500, 1)
    second = first.copy()
    second[np.flatnonzero(first)[:40]] = 0.0
    assert paired_interval(first, second, seed=0)[0] > 0.0
