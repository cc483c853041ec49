from __future__ import annotations

import numpy as np
import pytest

from triage.learn.row_kernel import add_weighted, weigh_label

GENERATOR = np.random.default_rng(0)
WEIGHTS = GENERATOR.normal(size=(30, 5)).astype(np.float32)
IDS, VALUES = np.array([7, 0, 29, 3], np.int32), GENERATOR.normal(size=4)


def test_sums_are_the_dense_product_added_to_what_was_there() -> None:
    sums = np.arange(5.0)
    add_weighted(WEIGHTS, IDS, VALUES, sums)
    assert sums == pytest.approx(np.arange(5.0) + VALUES @ WEIGHTS[IDS].astype(np.float64), abs=1e-12)


def test_features_are_added_in_the_order_of_the_row() -> None:
    sums = np.zeros(5)
    add_weighted(WEIGHTS, IDS, VALUES, sums)
    one_by_one = np.zeros(5)
    for number, value in zip(IDS.tolist(), VALUES.tolist(), strict=True):
        one_by_one += WEIGHTS[number].astype(np.float64) * value
    assert sums.tobytes() == one_by_one.tobytes()


def test_label_gets_its_weights_less_the_mean_of_all_labels_of_its_target() -> None:
    added = np.empty(4)
    means = GENERATOR.normal(size=(30, 2))
    weigh_label((WEIGHTS, means), (IDS, VALUES), (2, 1), 1.7, added)
    of_row = WEIGHTS[IDS, 2].astype(np.float64)
    assert added == pytest.approx((of_row - means[IDS, 1]) * VALUES * 1.7, abs=1e-12)


def test_empty_row_adds_nothing() -> None:
    sums, none = np.ones(5), np.empty(0)
    add_weighted(WEIGHTS, np.empty(0, np.int32), none, sums)
    weigh_label((WEIGHTS, np.empty((30, 1))), (np.empty(0, np.int32), none), (0, 0), 1.0, none)
    assert sums.tolist() == [1.0] * 5


def test_read_only_weights_are_read() -> None:
    weights = WEIGHTS.copy()
    weights.flags.writeable = False
    sums, again = np.zeros(5), np.zeros(5)
    add_weighted(weights, IDS, VALUES, sums)
    add_weighted(WEIGHTS, IDS, VALUES, again)
    assert sums.tobytes() == again.tobytes()
