from __future__ import annotations

import numpy as np

from triage.learn.doctor.vectors import to_bags, to_matrix, weigh


def test_texts_of_the_same_words_are_exactly_the_same_whatever_their_case_and_signs() -> None:
    assert to_bags(["Mail: down!", "mail down", "down mail", "…", ""]).exact.tolist() == [0, 0, 1, -1, -1]


def test_only_the_beginning_of_a_long_text_counts() -> None:
    bags = to_bags(["error " * 400 + "here", "error " * 400 + "there"])
    assert bags.exact.tolist() == [0, 0]


def test_rows_have_unit_length_and_empty_ones_stay_empty() -> None:
    weighed = weigh(to_bags(["a b c", "", "a a d", ""]).counts)
    assert np.allclose(np.sqrt(weighed.multiply(weighed).sum(axis=1)), [1, 0, 1, 0], atol=1e-6)


def test_what_a_single_row_has_is_no_column_that_teaches() -> None:
    cells = np.array(["x", "x", "once", None], object)
    matrix = to_matrix(to_bags(["jam", "jam", "alone", ""]).counts, [cells]).toarray()
    assert matrix[2].sum() == 0.0
    assert np.array_equal(matrix[0], matrix[1])
