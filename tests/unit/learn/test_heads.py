from __future__ import annotations

from dataclasses import replace

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
def test_margins_of_a_row_are_the_same_alone_and_among_others_to_the_last_bit(rows: list[Row], n_classes: int) -> None:
    head = drawn_head(n_classes)
    together = head.margins(rows)
    assert together.shape == (len(rows), n_classes)
    for row, margins in zip(rows, together, strict=True):
        assert head.margins([row]).tobytes() == margins.tobytes()


def test_row_without_features_is_answered_by_the_intercept() -> None:
    head = drawn_head(3)
    empty = Row(np.zeros(0, np.int64), np.zeros(0))
    assert head.margins([empty]).tolist() == [head.intercept.tolist()]


def test_weights_that_lie_among_others_give_the_same_margins() -> None:
    head, row = drawn_head(3), Row(np.array([2, 7]), np.array([0.5, -1.0]))
    among = np.concatenate([head.weights, head.weights], axis=1)[:, 3:]
    assert replace(head, weights=among).margins([row]).tobytes() == head.margins([row]).tobytes()


def test_margins_are_the_dense_product() -> None:
    head, row = drawn_head(4), Row(np.array([2, 7, 11]), np.array([0.5, -1.0, 2.0]))
    dense = np.zeros(N_FEATURES)
    dense[row.ids] = row.values
    assert head.margins([row])[0] == pytest.approx(dense @ head.weights + head.intercept)


def test_missing_and_unknown_labels_have_no_position() -> None:
    assert to_positions(["b", None, "z", "a"], ("a", "b")).tolist() == [1, -1, -1, 0]
    assert to_positions([], ("a", "b")).dtype == np.int64
