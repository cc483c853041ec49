from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from triage.measure.intervals import precision_lower_bound


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
