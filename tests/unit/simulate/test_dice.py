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


@given(SEEDS, st.integers(1, 4), st.integers(1, 5))
def test_array_holds_the_draws_of_as_many_calls(seed: int, rows: int, columns: int) -> None:
    one_by_one = Dice(seed)
    expected = [one_by_one.uniform() for _ in range(rows * columns)]
    assert Dice(seed).uniforms(rows, columns).ravel().tolist() == expected


def test_normal_draws_never_change() -> None:
    assert Dice(7).normals(3).tolist() == [-1.4436152516225587, 1.447379390026386, -0.5260805176827317]


def test_normal_draws_have_mean_0_and_deviation_1() -> None:
    drawn = Dice(7).normals(20_000)
    assert drawn.mean() == pytest.approx(0, abs=0.03)
    assert drawn.std() == pytest.approx(1, abs=0.03)
    assert abs(drawn).max() <= 6
