from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from tests.unit.watch.series_made import MINUTE_NS, new_watcher, noise

from triage.watch.points import Points, Watched

STEP_NS = 5 * MINUTE_NS
DAY = 288


def watch(values: NDArray[np.float64]) -> Watched:
    """Watch the columns as metrics of one entity, a point every five minutes."""
    steps, metrics = values.shape
    points = Points(np.tile(np.arange(metrics), steps), np.repeat(np.arange(steps) * STEP_NS, metrics), values.ravel())
    return new_watcher(metrics).handle(points)


def usual(days: int, metrics: int, seed: int = 1) -> NDArray[np.float64]:
    """Return metrics with a day in them: a swing of ten times the noise."""
    steps = np.arange(days * DAY)
    day = 10.0 * np.sin(2 * np.pi * steps / DAY)[:, None] * np.linspace(0.5, 1.5, metrics)
    return day + noise(len(steps) * metrics, seed).reshape(-1, metrics)


def alert_steps(found: Watched, metrics: int) -> list[int]:
    return (np.flatnonzero(found.alert) // metrics).tolist()


def test_leak_on_the_second_day_is_warned_of_before_its_end() -> None:
    values = usual(2, 4)
    begin, end = DAY + 100, DAY + 118  # an hour and a half
    values[begin:end, :3] += np.linspace(0.0, 12.0, end - begin)[:, None]
    alerts = alert_steps(watch(values), 4)
    assert [step for step in alerts if begin <= step < end]
    assert not [step for step in alerts if step < begin]


def test_leap_says_less_than_the_same_way_in_small_steps() -> None:
    leap, slope = usual(4, 4, seed=2), usual(4, 4, seed=2)
    leap[900:920, 0] += 8.0
    slope[900:920, 0] += np.linspace(0.0, 8.0, 20)
    leaping, sloping = (watch(values).entity_score[900 * 4 : 920 * 4].max() for values in (leap, slope))
    assert sloping > 0.99
    assert leaping < sloping


def test_leap_that_nothing_usual_comes_near_is_an_alert_at_once() -> None:
    values = usual(4, 4, seed=3)
    values[1000:, 2] += 60.0
    assert [step for step in alert_steps(watch(values), 4) if step in (1000, 1001)]


def test_days_alike_are_no_alerts() -> None:
    assert len(alert_steps(watch(usual(6, 5, seed=4)), 5)) <= 1
