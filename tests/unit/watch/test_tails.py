from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from triage.watch.state import BINS
from triage.watch.tails import age, beyond, bin_of, count_in, fading_of

values = st.floats(0, 1e6)


def no_tails() -> NDArray[np.uint16]:
    return np.zeros((1, BINS), dtype=np.uint16)


def tail(tails: NDArray[np.uint16], value: float) -> float:
    """Return the tail probability of a value, and remember it."""
    number = int(tails[0, 0]) + 1
    own, part = bin_of(value)
    here, above = count_in(tails[0], tails.view(np.uint64)[0], np.uint64(own))  # type: ignore[arg-type]  # shifts of words need a word
    found = beyond(here, above, part, fading_of(tails[0], own) if here == 0 else 1.0)
    age(tails)
    return found / number


def after(past: NDArray[np.float64], value: float) -> float:
    tails = no_tails()
    for each in past:
        tail(tails, float(each))
    return tail(tails, value)


@given(values, values)
def test_larger_value_never_has_the_larger_tail(left: float, right: float) -> None:
    past = np.abs(np.random.default_rng(1).normal(size=100))
    low, high = sorted((left, right))
    assert 0.0 < after(past, high) <= after(past, low) <= 1.0


def test_nothing_is_rare_before_anything_was_seen() -> None:
    assert after(np.zeros(0), 50.0) == 1.0


def test_record_has_the_smallest_tail_that_the_number_of_values_allows_or_less() -> None:
    past = np.full(99, 0.3)
    assert after(past, 0.3) > after(past, 0.32) > 1 / 100 >= after(past, 0.5)
    assert 0.0 < after(past, 30.0) < 1 / 100


def test_value_is_counted_in_its_bin_and_all_below() -> None:
    tails = no_tails()
    for value in (0.0, 0.25, 0.3, 1.0, 1e9):
        tail(tails, value)
    assert tails[0].tolist() == [5, 4, 2, 2, 2, 2, *[1] * 10]


def test_counts_are_halved_and_never_overflow() -> None:
    tails = no_tails()
    for number in range(40_000):
        tail(tails, 40.0 if number % 4 == 0 else 0.1)
        assert 0 < tails[0, 0] < 16_384
    assert abs(tails[0, BINS - 2] / tails[0, 0] - 0.25) < 0.01


def test_tails_are_uniform_on_values_that_are_exchangeable() -> None:
    tails = no_tails()
    found = [tail(tails, float(abs(value))) for value in np.random.default_rng(1).standard_t(3, size=4000)]
    for share in (0.02, 0.1, 0.3):
        assert abs(np.mean(np.array(found[500:]) <= share) - share) < 0.25 * share
