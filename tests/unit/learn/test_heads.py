from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.learn.heads import Head, to_positions
from triage.learn.rows import Row
from triage.measure.calibration import Calibration

N_FEATURES = 30


def drawn_head(n_classes: int, seed: int = 0) -> Head:
    generator = np.random.default_rng(seed)
    return Head(
        target="topic",
        classes=tuple(f"label {number}" for number in range(n_classes)),
        weights=generator.normal(size=(N_FEATURES, n_classes)).astype(np.float32),
        intercept=generator.normal(size=n_classes),
        calibration=Calibration(1.7),
    )


some_row = st.lists(
    st.tuples(st.integers(0, N_FEATURES - 1), st.floats(-10, 10)), max_size=N_FEATURES, unique_by=lambda pair: pair[0]
).map(lambda pairs: Row(np.array([at for at, _ in pairs], np.int64), np.array([value for _, value in pairs])))


@given(st.lists(some_row, max_size=8), st.integers(2, 20))
def test_answer_of_a_row_is_the_same_alone_and_among_others_to_the_last_bit(rows: list[Row], n_classes: int) -> None:
    head = drawn_head(n_classes)
    together = head.probabilities(rows)
    assert together.shape == (len(rows), n_classes)
    for row, probabilities in zip(rows, together, strict=True):
        assert head.answer(row).probabilities.tobytes() == probabilities.tobytes()


@given(some_row, st.integers(2, 8))
def test_contributions_add_up_to_the_centred_log_odds_less_the_intercept(row: Row, n_classes: int) -> None:
    head = drawn_head(n_classes)
    answer = head.answer(row)
    log_odds = np.log(answer.probabilities)
    without_row = head.intercept * head.calibration.scale
    for label in range(n_classes):
        expected = (log_odds[label] - log_odds.mean()) - (without_row[label] - without_row.mean())
        assert sum(answer.contributions(label)) == pytest.approx(expected, abs=1e-9)


@given(some_row)
def test_probabilities_sum_to_one(row: Row) -> None:
    assert drawn_head(5).answer(row).probabilities.sum() == pytest.approx(1.0, abs=1e-12)


def test_row_without_features_is_answered_by_the_intercept() -> None:
    head = drawn_head(3)
    empty = Row(np.zeros(0, np.int64), np.zeros(0))
    assert head.margins([empty]).tolist() == [head.intercept.tolist()]
    assert head.answer(empty).contributions(0).tolist() == []


def test_margins_are_the_dense_product() -> None:
    head, row = drawn_head(4), Row(np.array([2, 7, 11]), np.array([0.5, -1.0, 2.0]))
    dense = np.zeros(N_FEATURES)
    dense[row.ids] = row.values
    assert head.margins([row])[0] == pytest.approx(dense @ head.weights + head.intercept)


def test_missing_and_unknown_labels_have_no_position() -> None:
    assert to_positions(["b", None, "z", "a"], ("a", "b")).tolist() == [1, -1, -1, 0]
    assert to_positions([], ("a", "b")).dtype == np.int64
