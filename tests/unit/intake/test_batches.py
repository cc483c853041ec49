"""Columns into a batch."""

from __future__ import annotations

import numpy as np

from triage.intake.batches import is_in_range, to_batch


def test_series_of_the_same_names_are_one() -> None:
    names = [("db", "cpu"), ("db", "mem"), ("db", "cpu")]
    got = to_batch(names, np.array([2, 0, 1]), np.array([3, 2, 1]) * 10**18, np.array([1.0, 2.0, 3.0]))
    assert (got.entity, got.metric) == (("db", "db"), ("cpu", "mem"))
    assert got.series.tolist() == [0, 0, 1]


def test_series_without_points_do_not_occur() -> None:
    got = to_batch([("a", "m"), ("b", "m")], np.array([0, 1]), np.full(2, 10**18), np.array([np.nan, 1.0]))
    assert (got.entity, got.series.tolist(), got.nulls) == (("b",), [0], 1)


def test_an_empty_batch_is_one() -> None:
    got = to_batch([], np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
    assert (len(got), got.entity) == (0, ())


def test_times_lie_in_the_years_1971_to_2099() -> None:
    seconds = np.array([0, 31_535_999, 31_536_000, 4_102_444_799, 4_102_444_800])
    assert is_in_range(seconds * 10**9).tolist() == [False, False, True, True, False]
