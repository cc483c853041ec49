from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from triage.decide.promise import Evidence, Threshold, choose_threshold
from triage.measure.intervals import precision_lower_bound

PROMISE = 0.9
_FINE = np.linspace(0.0, 1.0, 20_001)


def ranked(*runs: tuple[int, bool]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return rows of falling confidence, without ties, right and wrong in the given runs."""
    correct = np.concatenate([np.full(length, right) for length, right in runs])
    return np.linspace(1.0, 0.1, len(correct)), correct


def choose(confidence: NDArray[np.float64], correct: NDArray[np.bool_], promise: float) -> Threshold | None:
    """Choose on rows whose time says nothing: the rows of every stretch of confidence are spread over all of it."""
    order = np.argsort(np.arange(len(confidence)) * 0.6180339887 % 1.0)
    return choose_threshold(Evidence.of(confidence[order], correct[order]), promise)


some_rows = st.lists(
    st.tuples(st.sampled_from([0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99]), st.sampled_from([True, True, True, True, False])),
    min_size=1,
    max_size=300,
).map(lambda rows: (np.array([row[0] for row in rows]), np.array([row[1] for row in rows])))


@pytest.mark.parametrize(("n", "expected"), [(58, None), (59, 59), (152, 152)])
def test_fewest_error_free_rows_for_ninety_five_percent_are_fifty_nine(n: int, expected: int | None) -> None:
    found = choose(*ranked((n, True)), 0.95)
    assert (found.rows if found else None) == expected


def test_three_early_errors_are_forgiven_where_there_are_rows_enough() -> None:
    found = choose(*ranked((20, True), (3, False), (377, True)), 0.95)
    assert found is not None
    assert (found.rows, found.right) == (400, 397)


def test_rows_after_the_first_candidate_that_fails_are_not_asked() -> None:
    # Of all thousand rows 98.8 % are right, but a search that went on after a failure would promise too often.
    assert choose(*ranked((140, True), (12, False), (848, True)), 0.95) is None


def test_threshold_is_the_laxest_before_precision_breaks() -> None:
    confidence, correct = ranked((500, True), (500, False))
    found = choose(confidence, correct, 0.95)
    assert found is not None
    assert 500 <= found.rows < 525
    assert found.at_least == confidence[found.rows - 1]


@pytest.mark.parametrize("n", [0, 1, 40, 500])
def test_hopeless_rows_get_no_threshold(n: int) -> None:
    assert choose(np.linspace(1.0, 0.1, n), np.arange(n) % 2 == 0, 0.95) is None


def test_all_wrong_gets_no_threshold() -> None:
    assert choose(*ranked((400, False)), 0.5) is None


def test_one_confidence_for_all_is_taken_or_left_as_a_whole() -> None:
    _, correct = ranked((390, True), (10, False))
    found = choose(np.full(400, 0.8), correct, 0.95)
    assert found is not None
    assert (found.at_least, found.rows, found.right) == (0.8, 400, 390)
    assert choose(np.full(400, 0.8), np.arange(400) % 10 > 0, 0.95) is None


@given(some_rows, st.sampled_from([0.5, 0.7, 0.9]))
def test_threshold_states_its_own_evidence_and_splits_no_tie(
    rows: tuple[NDArray[np.float64], NDArray[np.bool_]], promise: float
) -> None:
    confidence, correct = rows
    found = choose(confidence, correct, promise)
    if found is not None:
        above = confidence >= found.at_least
        assert (found.rows, found.right) == (above.sum(), correct[above].sum())
        assert promise <= found.lower_bound <= precision_lower_bound(found.right, found.rows)


@given(st.lists(st.integers(0, 999), max_size=200, unique=True), st.integers(0, 3))
def test_weaker_promise_covers_no_less_but_for_one_step(wrong: list[int], which: int) -> None:
    confidence, correct = ranked((1000, True))
    correct[wrong] = False
    weaker, stronger = [(0.5, 0.7), (0.7, 0.9), (0.9, 0.95), (0.95, 0.98)][which]
    lax, strict = choose(confidence, correct, weaker), choose(confidence, correct, stronger)
    # A weaker promise begins with fewer rows, on which a burst of errors weighs more: it may be given up while a
    # stronger one is kept.
    if strict is not None and lax is not None:
        # Candidates stand a fortieth of the rows apart, and each promise has its own.
        assert lax.rows > strict.rows - 1000 / 39 - 1


def test_huge_promise_ends_and_is_not_given() -> None:
    assert choose(*ranked((1000, True)), 1 - 1e-12) is None


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
        found = choose(confidence, correct, PROMISE)
        if found is not None:
            truth = chance_of_right(population[population >= found.at_least]).mean()
            broken += bool(truth < PROMISE)
    # 5 % of the draws, and three standard errors of so many draws.
    assert broken <= draws * 0.05 + 3 * np.sqrt(draws * 0.05 * 0.95)


def test_threshold_is_found_where_the_model_is_good() -> None:
    generator = np.random.default_rng(0)
    confidence = generator.random(1000)
    correct = generator.random(1000) < np.where(confidence > 0.4, 0.98, 0.5)
    found = choose(confidence, correct, PROMISE)
    assert found is not None
    assert found.rows / 1000 > 0.55


def test_errors_of_one_bad_week_cost_more_than_errors_of_all_weeks() -> None:
    confidence, moments = np.full(800, 0.9), np.arange(800)
    assert choose_threshold(Evidence.of(confidence, moments % 40 > 0), 0.95) is not None
    assert choose_threshold(Evidence.of(confidence, np.abs(moments - 390) > 10), 0.95) is None


def with_waits(hard: NDArray[np.bool_], known_h: float, generator: np.random.Generator) -> Evidence:
    """Return what is known at the end of a slice of ``known_h`` hours, of which hard rows take long and err."""
    n = len(hard)
    opened = np.linspace(0, known_h, n)
    waits = np.where(hard, known_h * 0.6, 0.0)
    correct = ~hard | (generator.random(n) < 0.5)
    known, watched = opened + waits <= known_h, known_h - opened
    return Evidence.with_waiting(
        (np.full(known.sum(), 0.9), correct[known]), waits[known], watched, np.full((~known).sum(), 0.9)
    )


def test_incidents_that_are_known_soon_do_not_speak_for_those_that_wait() -> None:
    generator = np.random.default_rng(1)
    hard = generator.random(2000) < 0.1
    evidence = with_waits(hard, 100.0, generator)
    # Of what is known 98 % are right, of all 95 %.
    assert choose(evidence.confidence, evidence.correct, 0.965) is not None
    assert choose_threshold(evidence, 0.965) is None
    assert choose_threshold(evidence, 0.9) is not None


def test_more_waiting_rows_lower_the_bound() -> None:
    confidence, correct = np.full(400, 0.9), np.arange(400) % 50 > 0
    known = (confidence, correct), np.linspace(0, 9, 400)[::-1]
    none = choose_threshold(Evidence.with_waiting(*known, np.full(400, 10.0), np.zeros(0)), 0.9)
    some = choose_threshold(Evidence.with_waiting(*known, np.full(500, 10.0), np.full(100, 0.95)), 0.9)
    assert none is not None
    assert some is not None
    assert some.lower_bound < none.lower_bound
