from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from triage.learn.waits import moment_hours, to_hours, waits_at

NAN = np.nan


def test_nothing_after_the_moment_is_seen() -> None:
    opened = np.array([0.0, 5.0, 20.0])
    early = waits_at(opened, np.array([30.0, 2.0, 1.0]), np.array([30.0, 7.0, 21.0]), moment=10.0)
    other = waits_at(opened, np.array([99.0, 2.0, 7.0]), np.array([99.0, 7.0, 27.0]), moment=10.0)
    assert early.rows.tolist() == other.rows.tolist() == [0, 1]
    assert early.hours.tolist() == other.hours.tolist() == [10.0, 2.0]
    assert early.ended.tolist() == other.ended.tolist() == [False, True]


def test_what_ended_without_a_known_time_of_resolution_is_left_out_from_when_that_was_known() -> None:
    opened, hours, known = np.array([0.0]), np.array([NAN]), np.array([120.0])
    assert waits_at(opened, hours, known, moment=100.0).ended.tolist() == [False]
    assert len(waits_at(opened, hours, known, moment=120.0)) == 0


def test_rows_without_a_time_of_opening_are_left_out() -> None:
    assert len(waits_at(np.array([NAN]), np.array([1.0]), np.array([NAN]), moment=9.0)) == 0


def test_rows_that_are_not_asked_for_are_left_out() -> None:
    found = waits_at(np.array([0.0, 1.0]), np.array([1.0, 1.0]), np.array([1.0, 2.0]), moment=9.0, among=[1])
    assert (found.rows.tolist(), found.age.tolist()) == ([1], [1.0])


def test_a_moment_is_the_same_as_a_datetime_and_in_an_array() -> None:
    moment = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
    assert moment_hours(moment) == to_hours(np.array(["2026-11-24T08:30"], "datetime64[ns]"))[0]
    assert np.isnan(moment_hours(None))
