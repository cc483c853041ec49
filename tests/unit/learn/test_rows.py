from __future__ import annotations

import numpy as np

from triage.learn.rows import Row, to_matrix


def test_rows_stack_into_the_matrix_that_they_describe() -> None:
    rows = [Row(np.array([0, 3]), np.array([1.0, 2.0])), Row(np.zeros(0, np.int64), np.zeros(0))]
    rows.append(Row(np.array([1]), np.array([-1.0])))
    assert to_matrix(rows, 4).toarray().tolist() == [[1, 0, 0, 2], [0, 0, 0, 0], [0, -1, 0, 0]]


def test_no_rows_are_an_empty_matrix() -> None:
    assert to_matrix([], 4).shape == (0, 4)
