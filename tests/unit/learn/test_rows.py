from __future__ import annotations

import numpy as np
import pytest

from triage.learn.rows import Rows, to_matrix

ROWS = Rows(np.array([0, 2, 2, 3]), np.array([3, 0, 1], np.int32), np.array([2.0, 1.0, -1.0]))
NONE = Rows(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0))


def test_rows_stack_into_the_matrix_that_they_describe() -> None:
    assert to_matrix(ROWS, 4).toarray().tolist() == [[1, 0, 0, 2], [0, 0, 0, 0], [0, -1, 0, 0]]


def test_matrix_has_the_indices_that_scikit_learn_reads() -> None:
    matrix = to_matrix(ROWS, 4)
    assert [matrix.indices.dtype, matrix.indptr.dtype] == [np.dtype(np.int32)] * 2
    assert matrix[np.array([2, 0])].indices.dtype == np.int32


def test_no_rows_are_an_empty_matrix() -> None:
    assert to_matrix(NONE, 4).shape == (0, 4)
    assert list(NONE) == []


def test_rows_are_a_sequence_of_views() -> None:
    assert [row.ids.tolist() for row in ROWS] == [[3, 0], [], [1]]
    assert len(ROWS) == 3
    assert ROWS[-1].values.tolist() == ROWS.row(2).values.tolist() == [-1.0]
    assert [row.ids.tolist() for row in ROWS[1:]] == [[], [1]]
    assert ROWS[0].values.base is not None
    with pytest.raises(IndexError):
        ROWS[3]


def test_some_rows_are_taken_in_their_order() -> None:
    some = ROWS.take(np.array([0, 2]))
    assert [(row.ids.tolist(), row.values.tolist()) for row in some] == [([3, 0], [2.0, 1.0]), ([1], [-1.0])]
    assert ROWS.take(np.arange(3)) is ROWS
    assert len(ROWS.take(np.zeros(0, np.int64))) == 0
