from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from triage.decide.promise import Threshold, choose_threshold
from triage.measure.intervals import precision_lower_bound

PROMISE = 0.9
_FINE = np.linspace(0.0, 1.0, 20_001)


def ranked(*runs: tuple[int, bool]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return rows of falling confidence, without ties, right and wrong in the given runs."""
    correct = np.concatenate([np.full(length, right) for length, right in runs])
    return np.linspace(1.0, 0.1, len(correct)), correct


some_rows = st.lists(
    st.tuples(st.sampled_from([0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99]), st.sampled_from([True, True, True, True, False])),
    min_size=1,
    max_size=300,
).map(lambda rows: (np.array([row[0] for row in rows]), np.array([row[1] for row in rows])))


@pytest.mark.parametrize(("n", "expected"), [(58, None), (59, 59), (152, 152)])
def test_fewest_error_free_rows_for_ninety_five_percent_are_fifty_nine(n: int, expected: int | None) -> None:
    found = choose_threshold(*ranked((n, True)), 0.95)
    assert (found.rows if found else None) == expected


def test_three_early_errors_are_forgiven_where_there_are_rows_enough() -> None:
    found = choose_threshold(*ranked((20, True), (3, False), (377, True)), 0.95)
    assert found is not None
    assert (found.rows, found.right) == (400, 397)


def test_rows_after_the_first_candidate_that_fails_are_not_asked() -> None:
    # Of all thousand rows 98.8 % are right, but a search that went on after a failure would promise too often.
    assert choose_threshold(*ranked((140, True), (12, False), (848, True)), 0.95) is None


def test_threshold_is_the_laxest_before_precision_breaks() -> None:
    confidence, correct = ranked((500, True), (500, False))
    found = choose_threshold(confidence, correct, 0.95)
    assert found is not None
    assert 500 <= found.rows < 525
    assert found.at_least == confidence[found.rows - 1]


@pytest.mark.parametrize("n", [0, 1, 40, 500])
def test_hopeless_rows_get_no_threshold(n: int) -> None:
    assert choose_threshold(np.linspace(1.0, 0.1, n), np.arange(n) % 2 == 0, 0.95) is None


def test_all_wrong_gets_no_threshold() -> None:
    assert choose_threshold(*ranked((400, False)), 0.5) is None


def test_one_confidence_for_all_is_taken_or_left_as_a_whole() -> None:
    _, correct = ranked((390, True), (10, False))
    found = choose_threshold(np.full(400, 0.8), correct, 0.95)
    assert found == Threshold(0.8, 400, 390, precision_lower_bound(390, 400))
    assert choose_threshold(np.full(400, 0.8), np.arange(400) % 10 > 0, 0.95) is None


@given(some_rows, st.sampled_from([0.5, 0.7, 0.9]))
def test_threshold_states_its_own_evidence_and_splits_no_tie(
    rows: tuple[NDArray[np.float64], NDArray[np.bool_]], promise: float
) -> None:
    confidence, correct = rows
    found = choose_threshold(confidence, correct, promise)
    if found is not None:
        above = confidence >= found.at_least
        assert (found.rows, found.right) == (above.sum(), correct[above].sum())
        assert found.lower_bound == precision_lower_bound(found.right, found.rows) >= promise


@given(some_rows, st.randoms(use_true_random=False).map(lambda random: random.random))
def test_order_of_rows_does_not_matter(
    rows: tuple[NDArray[np.float64], NDArray[np.bool_]], draw: Callable[[], float]
) -> None:
    confidence, correct = rows
    order = np.argsort([draw() for _ in confidence])
    assert choose_threshold(confidence[order], correct[order], 0.7) == choose_threshold(confidence, correct, 0.7)


@given(st.lists(st.integers(0, 999), max_size=200, unique=True), st.integers(0, 3))
def test_weaker_promise_covers_no_less_but_for_one_step(wrong: list[int], which: int) -> None:
    confidence, correct = ranked((1000, True))
    correct[wrong] = False
    weaker, stronger = [(0.5, 0.7), (0.7, 0.9), (0.9, 0.95), (0.95, 0.98)][which]
    lax, strict = choose_threshold(confidence, correct, weaker), choose_threshold(confidence, correct, stronger)
    if strict is not None:
        assert lax is not None
        # Candidates stand a fortieth of the rows apart, and each promise has its own.
        assert lax.rows > strict.rows - 1000 / 39 - 1


def test_huge_promise_ends_and_is_not_given() -> None:
    assert choose_threshold(*ranked((1000, True)), 1 - 1e-12) is None


@pytest.mark.parametrize(
    "chance_of_right",
    [
        pytest.param(lambda c: np.full_like(c, PROMISE - 0.01), id="just below the promise everywhere"),
        pytest.param(lambda c: 0.5 + 0.5 * c, id="calibrated"),
        pytest.param(lambda c: np.where(c > 0.6, 0.97, 0.6), id="a step"),
        pytest.param(lambda c: np.where(c > 0.8, 0.85, 0.99), id="worst where it is surest"),
    ],
)
@pytest.mark.parametrize("digits", [15, 1])
def test_promise_is_broken_in_at_most_one_of_twenty_draws(
    chance_of_right: Callable[[NDArray[np.float64]], NDArray[np.float64]], digits: int
) -> None:
    draws, broken = 300, 0
    population = np.round(_FINE, digits)
    for seed in range(draws):
        generator = np.random.default_rng(seed)
        confidence = np.round(generator.random(400), digits)
        correct = generator.random(400) < chance_of_right(confidence)
        found = choose_threshold(confidence, correct, PROMISE)
        if found is not None:
            truth = chance_of_right(population[population >= found.at_least]).mean()
            broken += bool(truth < PROMISE)
    # 5 % of the draws, and three standard errors of so many draws.
    assert broken <= draws * 0.05 + 3 * np.sqrt(draws * 0.05 * 0.95)


def test_threshold_is_found_where_the_model_is_good() -> None:
    generator = np.random.default_rng(0)
    confidence = generator.random(1000)
    correct = generator.random(1000) < np.where(confidence > 0.4, 0.98, 0.5)
    found = choose_threshold(confidence, correct, PROMISE)
    assert found is not None
    assert found.rows / 1000 > 0.55
