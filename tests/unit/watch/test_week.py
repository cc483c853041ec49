"""Series whose days differ by weekday are judged by the hour of the week; all others as ever."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.unit.watch.series_made import MINUTE_NS, assert_same, new_watcher, noise, one_series

from triage.watch.points import Points, Watched
from triage.watch.state import DAY_ERROR, LEAN_SCALE, STEP, WEEK_BYTES, WEEK_ERROR, WEEK_HOURS
from triage.watch.watcher import Watcher
from triage.watch.week import departure_of, put_departure

STEP_NS, A_DAY = 15 * MINUTE_NS, 96
WEEKS = 8


def office(weeks: int = WEEKS, weekend: float = 0.3, seed: int = 1) -> NDArray[np.float64]:
    """Return the load of an office: a swing by day, of which weekends have a share, and noise of one."""
    step = np.arange(weeks * 7 * A_DAY)
    day = 20.0 * np.exp(-(((step % A_DAY) / 4 - 13) ** 2) / 18)
    return day * np.where(step // A_DAY % 7 >= 5, weekend, 1.0) + noise(len(step), seed)


def watch(values: NDArray[np.float64]) -> tuple[Watcher, Watched]:
    watcher = new_watcher()
    return watcher, watcher.handle(one_series(values, STEP_NS))


def weeks_of(watcher: Watcher) -> list[int]:
    """Return which weeks the seasons have: negative ones are used."""
    found: list[int] = watcher.to_part().arrays["season_week"].tolist()
    return found


@given(st.lists(st.tuples(st.integers(0, WEEK_HOURS - 1), st.integers(-2047, 2047)), max_size=200))
def test_departures_of_all_hours_are_kept_apart(written: list[tuple[int, int]]) -> None:
    cells, wanted = np.zeros(WEEK_BYTES, np.uint8), [0] * WEEK_HOURS
    for hour, steps in written:
        put_departure(cells, hour, steps)
        wanted[hour] = steps
    assert [departure_of(cells, hour) for hour in range(WEEK_HOURS)] == wanted


def test_days_that_differ_by_weekday_are_found_and_expected() -> None:
    watcher, _ = watch(office())
    assert weeks_of(watcher) == [-1]
    arrays = watcher.to_part().arrays
    assert arrays["series_levels"][0, LEAN_SCALE] < 1.25  # a scale of 1 is noise alone
    assert arrays["week_numbers"][0, WEEK_ERROR] < 0.5 * arrays["week_numbers"][0, DAY_ERROR]


@pytest.mark.parametrize("values", [office(weekend=1.0), noise(WEEKS * 7 * A_DAY)], ids=["days alike", "noise"])
def test_days_alike_use_no_week(values: NDArray[np.float64]) -> None:
    watcher, _ = watch(values)
    assert weeks_of(watcher) in ([0], [1])


def test_noise_earns_no_week() -> None:
    watcher, _ = watch(noise(WEEKS * 7 * A_DAY))
    assert weeks_of(watcher) == [0]


def test_series_younger_than_three_weeks_uses_none() -> None:
    young = office(3)[:-A_DAY]
    assert weeks_of(watch(young)[0]) == [1]


def test_busy_sunday_is_noticed_where_a_busy_monday_is_not() -> None:
    values, lead = office(), 6 * 7 * A_DAY
    sunday, monday = (slice(lead + day * A_DAY + 40, lead + day * A_DAY + 64) for day in (6, 7))
    usual = 20.0 * np.exp(-((np.arange(40, 64) / 4 - 13) ** 2) / 18)
    values[sunday], values[monday] = usual + noise(24, 2), usual + noise(24, 3)
    _, found = watch(values)
    assert found.score[sunday].max() > 0.99
    assert found.score[monday].max() < 0.6


def test_steps_grow_where_weekends_are_far_off() -> None:
    values = office(weekend=1.0) + np.where(np.arange(WEEKS * 7 * A_DAY) // A_DAY % 7 >= 5, 4000.0, 0.0)
    short, far = watch(office())[0], watch(values)[0]
    assert weeks_of(far) == [-1]
    steps = [each.to_part().arrays["week_numbers"][0, STEP] for each in (short, far)]
    assert steps[1] > 4.0 * steps[0]


def test_batches_and_a_restart_change_no_bit_of_a_week() -> None:
    values, size = office(6), 997
    whole = new_watcher(2).handle(two_series(values))
    watcher, parts = new_watcher(2), []
    points = two_series(values)
    for begin in range(0, len(points), size):
        parts.append(watcher.handle(points[begin : begin + size]))
        watcher = Watcher.from_part(watcher.to_part())
    assert weeks_of(watcher) == [-1, -2]
    assert_same(whole, *parts)


def two_series(values: NDArray[np.float64]) -> Points:
    both = np.column_stack([values, 100.0 - values]).ravel()
    return Points(np.tile([0, 1], len(values)), np.repeat(np.arange(len(values)) * STEP_NS, 2), both)
