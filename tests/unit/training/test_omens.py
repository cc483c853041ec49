from __future__ import annotations

from dataclasses import replace

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


def test_repeat_of_a_row_is_answered_like_the_first_and_changes_no_other() -> None:
    history = wide_history(1, 40)
    twice = np.sort(np.append(np.arange(40), 20))
    points = np.repeat(twice * 2, 2) + np.tile([0, 1], 41)
    repeated = replace(
        history,
        series_of_point=history.series_of_point[points],
        time_ns=history.time_ns[points],
        value=np.where(np.repeat(np.arange(41) == 21, 2), 99.0, history.value[points]),
        row_of_point=np.repeat(np.arange(41), 2),
        entity_of_row=history.entity_of_row[twice],
        time_ns_of_row=history.time_ns_of_row[twice],
    )
    found = omens_of(repeated, ("a", "b"), np.zeros((41, 2)))
    np.testing.assert_array_equal(found, omens_of(history, ("a", "b"), np.zeros((40, 2)))[twice])
