"""Weights of features by how much they tell labels."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from triage.learn.telling import scaled, telling_weights


def _matrix(n_rows: int = 60, n_features: int = 8, seed: int = 0) -> csr_array:
    generator = np.random.default_rng(seed)
    return csr_array(generator.random((n_rows, n_features)) * (generator.random((n_rows, n_features)) < 0.5))


def test_feature_of_one_label_weighs_more_than_one_of_all() -> None:
    truth = (np.arange(40) % 4 == 0).astype(np.int64)
    telling, usual = telling_weights(csr_array(np.column_stack([truth.astype(float), np.ones(40)])), [truth])
    assert telling > 1.0 > usual >= 0.0


def test_feature_that_was_seen_often_weighs_more_than_one_that_was_seen_once() -> None:
    truth = np.arange(40) % 2
    once = np.zeros(40)
    once[1] = 1.0
    often, seldom = telling_weights(csr_array(np.column_stack([truth.astype(float), once])), [truth])
    assert often > seldom > 0.0


def test_more_rows_of_the_same_kind_weigh_features_the_same() -> None:
    cells, truth = _matrix(500).toarray(), np.arange(500) % 3
    once = telling_weights(csr_array(cells), [truth])
    fourfold = telling_weights(csr_array(np.vstack([cells] * 4)), [np.tile(truth, 4)])
    assert np.allclose(once, fourfold)


def test_weight_is_1_on_average_over_values() -> None:
    matrix = _matrix()
    assert np.isclose(telling_weights(matrix, [np.arange(60) % 3])[matrix.indices].mean(), 1.0)


def test_labels_that_a_feature_never_met_count_as_they_would_one_by_one() -> None:
    truth = np.arange(60) % 3
    cells = _matrix().toarray()
    cells[truth == 2, 0] = 0.0
    matrix = csr_array(cells)
    shares, sums = np.full(3, 1 / 3), np.stack([cells[truth == label].sum(axis=0) for label in range(3)])
    told = (sums + 1.0 * shares[:, None]) / (sums.sum(axis=0) + 1.0)
    expected = np.maximum((told * np.log(told / shares[:, None])).sum(axis=0), 0.0) ** 0.7
    found = telling_weights(matrix, [truth])
    assert np.allclose(found / found.sum(), expected / expected.sum())


def test_rows_whose_label_is_not_known_say_nothing() -> None:
    matrix, truth = _matrix(), np.arange(60) % 3
    expected = telling_weights(matrix[np.arange(40)], [truth[:40]])
    truth[40:] = -1
    assert np.allclose(telling_weights(matrix, [truth]), expected)


def test_order_of_targets_and_names_of_classes_do_not_matter() -> None:
    matrix = _matrix()
    one, other = np.arange(60) % 3, np.arange(60) % 5
    turned = telling_weights(matrix, [(other + 2) % 5, 2 - one])
    assert np.allclose(telling_weights(matrix, [one, other]), turned)


def test_what_tells_nothing_weighs_all_the_same() -> None:
    matrix = csr_array(np.ones((10, 3)))
    assert telling_weights(matrix, [np.zeros(10, np.int64)]).tolist() == [1.0, 1.0, 1.0]
    assert telling_weights(matrix, [np.full(10, -1)]).tolist() == [1.0, 1.0, 1.0]


def test_feature_that_no_row_has_is_not_forgotten() -> None:
    truth = np.arange(40) % 2
    cells = np.column_stack([truth, np.ones(40), np.zeros(40)]).astype(float)
    telling, usual, unseen = telling_weights(csr_array(cells), [truth])
    assert np.isclose(unseen, (telling + usual) / 2)


@given(st.integers(0, 1000))
def test_scaled_columns_are_multiplied(seed: int) -> None:
    matrix, by = _matrix(seed=seed), np.random.default_rng(seed).random(8)
    assert np.allclose(scaled(matrix, by).toarray(), matrix.toarray() * by)
