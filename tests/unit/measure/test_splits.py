from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from triage.measure.splits import Split, split_by_time

NEVER = np.datetime64("NaT", "ns")


def hours(*numbers: float | None) -> NDArray[np.datetime64]:
    begin = np.datetime64("2026-01-01", "ns")
    return np.array(
        [NEVER if n is None else begin + np.timedelta64(timedelta(hours=n)) for n in numbers], dtype="datetime64[ns]"
    )


def slices(split: Split) -> tuple[list[int], list[int], list[int]]:
    return split.fit.tolist(), split.validate.tolist(), split.newest.tolist()


@pytest.mark.parametrize("n", range(21))
def test_any_length_is_cut_into_every_row_once_oldest_first(n: int) -> None:
    split = split_by_time(n)
    assert np.concatenate([split.fit, split.validate, split.newest]).tolist() == list(range(n))
    assert split.purged == 0


@pytest.mark.parametrize("n", range(21))
def test_any_length_is_cut_when_no_label_was_known_in_time(n: int) -> None:
    opened_at = hours(*range(n))
    split = split_by_time(n, opened_at, opened_at + np.timedelta64(365, "D"))
    kept = len(split.fit) + len(split.validate) + len(split.newest)
    assert kept + split.purged == n
    # Without a later slice there is nothing that a label could have been known too late for.
    assert not len(split.newest) or not len(split.fit)


def test_shares_of_a_long_history_are_seventy_ten_twenty() -> None:
    assert [len(rows) for rows in slices(split_by_time(20_000))] == [14_000, 2_000, 4_000]


@pytest.mark.parametrize(("n", "expected"), [(12_000, [8_000, 1_600, 2_400]), (1_000, [600, 200, 200])])
def test_more_of_a_short_history_is_for_choosing_at_most_as_much_as_is_judged(n: int, expected: list[int]) -> None:
    assert [len(rows) for rows in slices(split_by_time(n))] == expected


def test_calibration_and_threshold_rows_share_none_and_make_up_the_validation_slice() -> None:
    split = split_by_time(250)
    assert set(split.calibrate) & set(split.threshold) == set()
    assert set(split.calibrate) | set(split.threshold) == set(split.validate)


def test_label_known_at_or_after_the_begin_of_the_next_slice_is_purged() -> None:
    # Ten rows, an hour apart: row 6 begins the validation slice, row 8 the newest.
    known_at = hours(5.9, 6.0, 6.1, 99, 5, 5.99, 7.99, 8.0, 99, 99)
    split = split_by_time(10, hours(*range(10)), known_at)
    assert slices(split) == ([0, 4, 5], [6], [8, 9])
    assert split.purged == 4
    assert split.waiting.tolist() == [7]


def test_thresholds_see_every_other_waiting_row() -> None:
    opened_at = hours(*range(100))
    split = split_by_time(100, opened_at, opened_at + np.timedelta64(4, "h"))
    assert split.waiting.tolist() == [76, 77, 78, 79]
    assert split.threshold_waiting.tolist() == [77, 79]


def test_label_of_unknown_time_is_kept() -> None:
    known_at = hours(*[None] * 10)
    assert slices(split_by_time(10, hours(*range(10)), known_at)) == slices(split_by_time(10))


def test_newest_rows_are_never_purged() -> None:
    split = split_by_time(20, hours(*range(20)), hours(*[99] * 20))
    assert split.newest.tolist() == [16, 17, 18, 19]


def test_there_is_no_embargo_without_both_times() -> None:
    times = hours(*range(10))
    assert split_by_time(10, None, times).purged == 0
    assert split_by_time(10, times, None).purged == 0


@given(
    st.lists(
        st.tuples(st.integers(0, 50), st.one_of(st.none(), st.integers(0, 100))),
        max_size=60,
    )
)
def test_no_label_informs_a_slice_that_began_before_it_was_known(rows: list[tuple[int, int | None]]) -> None:
    rows = sorted(rows, key=lambda row: row[0])
    n = len(rows)
    opened_at = hours(*(opened for opened, _ in rows))
    known_at = hours(*(None if delay is None else opened + delay for opened, delay in rows))
    split, uncut = split_by_time(n, opened_at, known_at), split_by_time(n)
    for earlier, later in ((split.fit, uncut.validate), (split.fit, uncut.newest), (split.validate, uncut.newest)):
        if len(later):
            known = known_at[earlier]
            assert np.all(np.isnat(known) | (known < opened_at[later].min()))
    assert len(split.fit) + len(split.validate) + len(split.newest) + split.purged == n
