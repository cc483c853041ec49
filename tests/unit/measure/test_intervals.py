from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from triage.measure.intervals import clustered_lower_bound, effective_size, precision_lower_bound


@pytest.mark.parametrize("n", [1, 2, 5, 59, 60, 200])
def test_bound_without_an_error_has_a_closed_form(n: int) -> None:
    assert precision_lower_bound(n, n) == pytest.approx(0.05 ** (1 / n), abs=1e-12)


def test_fifty_nine_error_free_rows_are_the_fewest_for_ninety_five_percent() -> None:
    assert precision_lower_bound(58, 58) < 0.95 <= precision_lower_bound(59, 59)


def test_nothing_right_or_nothing_seen_bounds_nothing() -> None:
    assert precision_lower_bound(0, 10) == precision_lower_bound(0, 0) == 0.0


@given(
    st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.sampled_from([0.01, 0.05, 0.3])
)
def test_bound_is_clopper_and_pearsons(counts: tuple[int, int], error_rate: float) -> None:
    right, n = counts
    theirs = binomtest(right, n, alternative="greater").proportion_ci(1 - error_rate, method="exact")
    assert precision_lower_bound(right, n, error_rate) == pytest.approx(theirs.low, abs=1e-9)


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n))))
def test_bound_grows_with_each_right_row_and_stays_below_the_share(counts: tuple[int, int]) -> None:
    right, n = counts
    assert precision_lower_bound(right, n) < precision_lower_bound(right + 1, n)
    assert precision_lower_bound(right, n) <= right / n


@given(st.lists(st.booleans(), min_size=1, max_size=200))
def test_bound_by_blocks_is_never_above_the_one_of_as_many_rows_alone(correct: list[bool]) -> None:
    found = clustered_lower_bound(np.array(correct), np.ones(len(correct)))
    assert 0.0 <= found <= precision_lower_bound(sum(correct), len(correct)) + 1e-12


def test_bound_by_blocks_is_broken_far_less_often_where_weeks_differ() -> None:
    generator = np.random.default_rng(0)
    missed = {"blocks": 0, "alone": 0}
    for _ in range(400):
        # Eight weeks, each with a precision of its own about .9.
        correct = generator.random(800) < np.repeat(generator.beta(27, 3, 8), 100)
        missed["blocks"] += clustered_lower_bound(correct, np.ones(800)) > 0.9
        missed["alone"] += precision_lower_bound(int(correct.sum()), 800) > 0.9
    # Of eight weeks no bound can tell much: one by blocks is too high in one of eight draws, not in one of four.
    assert missed["blocks"] / 400 < 0.15
    assert missed["alone"] / 400 > 0.22


def test_unequal_weights_are_worth_fewer_rows() -> None:
    assert effective_size(np.ones(50)) == 50
    assert effective_size(np.r_[np.ones(40), np.full(10, 5.0)]) < 30
    assert effective_size(np.zeros(0)) == 0.0


def test_no_rows_bound_nothing() -> None:
    assert clustered_lower_bound(np.zeros(0, bool), np.zeros(0)) == 0.0
