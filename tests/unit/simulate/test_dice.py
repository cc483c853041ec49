from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.simulate.dice import Dice

SEEDS = st.integers(0, 2**64)


def test_draws_never_change() -> None:
    dice = Dice(2026, stream=1)
    assert [dice.below(1000) for _ in range(8)] == [490, 902, 728, 732, 835, 448, 359, 497]


def test_streams_of_one_seed_differ() -> None:
    assert [Dice(1, 0).below(10**9)] != [Dice(1, 1).below(10**9)]


@given(SEEDS, st.integers(1, 10**6))
def test_whole_numbers_stay_below_their_end(seed: int, end: int) -> None:
    assert 0 <= Dice(seed).below(end) < end


@given(SEEDS, st.lists(st.floats(0, 1e6), min_size=1).filter(any))
def test_weight_of_zero_is_never_drawn(seed: int, weights: list[float]) -> None:
    at = Dice(seed).pick_weighted(range(len(weights)), weights)
    assert weights[at] > 0 or at == len(weights) - 1


def test_weights_are_kept() -> None:
    dice = Dice(7)
    drawn = Counter(dice.pick_weighted("abc", (1, 0, 3)) for _ in range(4000))
    assert drawn["b"] == 0
    assert drawn["c"] / drawn["a"] == pytest.approx(3, rel=0.15)


@given(SEEDS)
def test_draw_along_quantiles_stays_between_them(seed: int) -> None:
    assert 0.5 <= Dice(seed).along((0.5, 2.0, 9.0)) < 9.0
