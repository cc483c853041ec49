from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from triage.watch.state import BINS
from triage.watch.tails import place, remember, tail

values = st.floats(0, 1e6)


@given(values, values)
def test_larger_value_never_has_the_larger_tail(left: float, right: float) -> None:
    counts = np.zeros(BINS, dtype=np.uint16)
    for value in np.abs(np.random.default_rng(1).normal(size=100)):
        remember(counts, place(float(value)))
    low, high = sorted((left, right))
    assert 0.0 < tail(counts, place(high)) <= tail(counts, place(low)) <= 1.0


def test_nothing_is_rare_before_anything_was_seen() -> None:
    assert tail(np.zeros(BINS, dtype=np.uint16), place(50.0)) == 1.0


def test_record_has_the_smallest_tail_that_the_number_of_values_allows_or_less() -> None:
    counts = np.zeros(BINS, dtype=np.uint16)
    for _ in range(99):
        remember(counts, place(0.3))
    assert tail(counts, place(0.3)) > tail(counts, place(0.32)) > 1 / 100 >= tail(counts, place(0.5))
    assert 0.0 < tail(counts, place(30.0)) < 1 / 100


def test_counts_are_halved_and_never_overflow() -> None:
    counts = np.zeros(BINS, dtype=np.uint16)
    for number in range(40_000):
        remember(counts, place(40.0 if number % 4 == 0 else 0.1))
        assert 0 < counts[0] < 16_384
    assert abs(counts[BINS - 2] / counts[0] - 0.25) < 0.01


def test_tails_are_uniform_on_values_that_are_exchangeable() -> None:
    counts = np.zeros(BINS, dtype=np.uint16)
    found = []
    for value in np.abs(np.random.default_rng(1).standard_t(3, size=4000)):
        found.append(tail(counts, place(float(value))))
        remember(counts, place(float(value)))
    for share in (0.02, 0.1, 0.3):
        assert abs(np.mean(np.array(found[500:]) <= share) - share) < 0.25 * share
