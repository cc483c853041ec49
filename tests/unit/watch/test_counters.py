from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.unit.watch.series_made import MINUTE_NS, assert_same, noise, one_series

from triage.watch.budget import Budget
from triage.watch.counters import is_counter
from triage.watch.points import Points, Watched
from triage.watch.watcher import Watcher

COUNTER = 'http_requests_total{code="200"}'


def a_watcher(metric: str = COUNTER) -> Watcher:
    watcher = Watcher(Budget.parse("1/h"))
    watcher.series_of(["web"], [metric])
    return watcher


def watch(values: NDArray[np.float64], metric: str = COUNTER) -> Watched:
    return a_watcher(metric).handle(one_series(values))


def readings(n: int = 600) -> NDArray[np.float64]:
    return np.cumsum(600.0 + 30.0 * noise(n))


@pytest.mark.parametrize(
    ("metric", "is_one"),
    [(COUNTER, True), ("jobs_total", True), ("jobs_total:delta", False), ("memory_total_bytes", False), ("cpu", False)],
)
def test_counter_is_told_by_the_ending_of_its_name(metric: str, is_one: bool) -> None:
    assert is_counter(metric) == is_one


def test_rate_of_a_counter_is_watched_as_a_gauge_of_that_rate_would_be() -> None:
    values = readings()
    rates = np.diff(values) / 60.0
    as_gauge = Watcher(Budget.parse("1/h"))
    rows = as_gauge.series_of(["web"], ["rate"])
    points = Points(np.repeat(rows, len(rates)), np.arange(1, len(values)) * MINUTE_NS, rates)
    np.testing.assert_array_equal(watch(values).score[1:], as_gauge.handle(points).score)
    assert watch(values).score[0] == 0.0


def test_reset_scores_zero_teaches_nothing_and_warns_of_nothing() -> None:
    values = readings()
    values[400:] -= values[400] - 250.0
    found = watch(values)
    assert found.score[400] == 0.0
    assert not found.alert[400:420].any()
    # The rate from the reading before is not known: as if a gauge of the rate had missed one sample.
    rates = np.diff(readings()) / 60.0
    rates[399] = np.nan
    gauge = Watcher(Budget.parse("1/h"))
    rows = gauge.series_of(["web"], ["rate"])
    watched = gauge.handle(Points(np.repeat(rows, 599), np.arange(1, 600) * MINUTE_NS, rates))
    np.testing.assert_allclose(found.score[1:], watched.score, atol=1e-6)


def test_gap_between_readings_gives_the_mean_rate() -> None:
    values = readings()
    found = watch(np.where((np.arange(600) >= 300) & (np.arange(600) < 330), np.nan, values))
    assert found.score[330] < 0.999
    assert not found.alert[330]


def test_burst_of_a_counter_is_seen() -> None:
    steps = 600.0 + 30.0 * noise(600)
    steps[500:510] += 900.0
    found = watch(np.cumsum(steps))
    assert found.score[500:510].max() > 0.99


def test_series_that_falls_again_and_again_is_no_counter_whatever_its_name() -> None:
    values = 50.0 + noise(300)
    found = watch(values)
    assert (found.score > 0.0).mean() > 0.9


def test_repeated_reading_gets_its_first_score_and_an_older_one_zero() -> None:
    values, times = readings(100), np.arange(100) * MINUTE_NS
    points = Points(
        np.zeros(102, dtype=np.int64),
        np.concatenate([times, [times[-1], times[10]]]),
        np.concatenate([values, [7.0, values[10]]]),
    )
    found = a_watcher().handle(points)
    assert found.score[100] == found.score[99] > 0.0
    assert found.score[101] == 0.0


def test_counter_is_the_same_in_batches_and_after_a_restart_in_the_middle() -> None:
    values = readings(120)
    values[60:] -= values[60]
    points = one_series(values)
    for cut in (0, 1, 5, 60, 61):
        watcher = a_watcher()
        first = watcher.handle(points[:cut])
        rest = Watcher.from_part(watcher.to_part()).handle(points[cut:])
        assert_same(a_watcher().handle(points), first, rest)
