from __future__ import annotations

import numpy as np
from tests.unit.training.wearing import long_history, wide_history

from triage.training.omens import OMENS_OF_ALL, omens_of


def test_nothing_later_than_a_row_changes_what_is_said_of_it() -> None:
    history = wide_history(3, 60)
    evidence = np.zeros((history.n_rows, 2))
    cut = history.time_ns_of_row <= np.median(history.time_ns_of_row)
    whole = omens_of(history, ("a", "b"), evidence)[cut]
    np.testing.assert_array_equal(omens_of(history.of_rows(cut), ("a", "b"), evidence[cut]), whole)


def test_row_of_a_long_file_is_answered_by_what_was_known_before_its_time() -> None:
    long, wide = long_history(1, 30), wide_history(1, 30)
    of_long = omens_of(long, ("a", "b"), np.zeros((60, 2)))
    of_wide = omens_of(wide, ("a", "b"), np.zeros((30, 2)))
    np.testing.assert_array_equal(of_long[2::2], of_wide[:-1])
    np.testing.assert_array_equal(of_long[3::2], of_wide[:-1])
    assert np.isnan(of_long[:2]).all()


def test_metrics_that_are_not_there_are_missing() -> None:
    found = omens_of(wide_history(1, 20), ("a", "elsewhere"), np.zeros((20, 2)))
    assert found.shape == (20, OMENS_OF_ALL + 8)
    assert np.isnan(found[:, OMENS_OF_ALL + 1 :: 2]).all()
    assert np.isfinite(found[:, OMENS_OF_ALL::2]).all()
