"""Weights of features by how much they tell labels apart."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from triage.learn.telling import scaled, telling_of_all, telling_weights


def _matrix(n_rows: int = 60, n_features: int = 8, seed: int = 0) -> csr_array:
    generator = np.random.default_rng(seed)
    return csr_array(generator.random((n_rows, n_features)) * (generator.random((n_rows, n_features)) < 0.5))


def test_feature_of_one_label_alone_weighs_more_than_one_of_all() -> None:
    is_label = np.arange(40) % 4 == 0
    matrix = csr_array(np.column_stack([is_label.astype(float), np.ones(40)]))
    telling, usual = telling_weights(matrix, np.asarray(matrix.sum(axis=0)), is_label)
    assert telling > 1.0 > usual >= 0.5
    telling, usual = telling_of_all(matrix, [is_label.astype(np.int64)])
    assert telling > usual


def test_weight_for_a_label_is_1_on_average_over_features() -> None:
    matrix = _matrix()
    weights = telling_weights(matrix, np.asarray(matrix.sum(axis=0)), np.arange(60) % 3 == 0)
    assert np.isclose(weights.mean(), 1.0)


def test_weight_for_all_labels_is_1_on_average_over_values() -> None:
    matrix = _matrix()
    assert np.isclose(telling_of_all(matrix, [np.arange(60) % 3])[matrix.indices].mean(), 1.0)


def test_rows_whose_label_is_not_known_say_nothing() -> None:
    matrix = _matrix()
    truth = np.arange(60) % 3
    known = np.flatnonzero(np.arange(60) < 40)
    expected = telling_of_all(matrix[known], [truth[known]])
    truth[40:] = -1
    assert np.allclose(telling_of_all(matrix, [truth]), expected)


def test_order_of_targets_and_names_of_classes_do_not_matter() -> None:
    matrix = _matrix()
    one, other = np.arange(60) % 3, np.arange(60) % 5
    assert np.allclose(telling_of_all(matrix, [one, other]), telling_of_all(matrix, [(other + 2) % 5, 2 - one]))


def test_what_tells_nothing_weighs_all_the_same() -> None:
    matrix = csr_array(np.ones((10, 3)))
    truth = np.arange(10) % 2
    assert telling_weights(matrix, np.asarray(matrix.sum(axis=0)), truth == 1).tolist() == [1.0, 1.0, 1.0]
    assert telling_of_all(matrix, [truth]).tolist() == [1.0, 1.0, 1.0]


@given(st.integers(0, 1000))
def test_scaled_columns_are_multiplied(seed: int) -> None:
    matrix, by = _matrix(seed=seed), np.random.default_rng(seed).random(8)
    assert np.allclose(scaled(matrix, by).toarray(), matrix.toarray() * by)
