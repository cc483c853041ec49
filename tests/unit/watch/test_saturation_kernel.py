from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triage.watch.saturation_kernel import EVENT, SCRATCH, empty_trends, follow_limits

_MINUTES = np.arange(7 * 1440)


def _events(value: NDArray[np.float64], limit: float = 100.0, sign: float = 1.0) -> list[tuple[float, bool, float]]:
    n = len(value)
    events = np.empty((n, EVENT))
    points = (np.zeros(n, dtype=np.int64), np.arange(n, dtype=np.int64) * 60_000_000_000, value)
    trends = empty_trends(np.array([limit]), np.array([sign]))
    found = follow_limits(trends, np.zeros(1, dtype=np.int64), points, 14_400.0, np.empty(SCRATCH), events)
    return [(event[0] / 60, bool(event[2]), event[6] / 3600) for event in events[:found].tolist()]


def _noise(size: float) -> NDArray[np.float64]:
    return np.random.default_rng(0).normal(0.0, size, len(_MINUTES))


def test_leak_is_foretold_to_the_quarter_of_an_hour() -> None:
    # From 50 by 4 an hour since the hour 72: full at 84.5.
    leak = 50.0 + np.maximum(_MINUTES - 72 * 60, 0) / 60 * 4 + _noise(0.5)
    [(opened_h, is_open, expected_h)] = _events(np.minimum(leak, 100.0))
    assert is_open
    assert 80.0 < opened_h < 82.0
    assert abs(expected_h - 84.5) < 0.25


def test_free_space_runs_down_to_nothing() -> None:
    free = np.maximum(1e11 - np.maximum(_MINUTES - 48 * 60, 0) * 1e8, 0.0)
    [(opened_h, _, expected_h)] = _events(free, 0.0, -1.0)
    assert opened_h < expected_h
    assert abs(expected_h - (48 + 1000 / 60)) < 0.25


def test_disk_that_is_cleaned_nightly_is_warned_of_no_more_once_it_was_seen_twice() -> None:
    opened = [at_h for at_h, is_open, _ in _events(70.0 + _MINUTES % 1440 / 1440 * 27 + _noise(0.2)) if is_open]
    assert len(opened) <= 2
    assert all(at_h < 48 for at_h in opened)


def test_ebb_and_flow_is_warned_of_no_more_once_it_was_seen_twice() -> None:
    opened = [at_h for at_h, is_open, _ in _events(65 + 27 * np.sin(_MINUTES / 720 * np.pi) + _noise(0.7)) if is_open]
    assert all(at_h < 48 for at_h in opened)


def test_random_walks_are_hardly_ever_taken_for_what_fills_up() -> None:
    opened = 0
    for seed in range(20):
        walk = 50.0 + np.cumsum(np.random.default_rng(seed).normal(0.0, 30.0 / np.sqrt(1440), len(_MINUTES)))
        folded = np.abs((walk - 5.0) % 188.0 - 94.0) + 5.0
        opened += sum(is_open for _, is_open, _ in _events(folded))
    # 140 days of walks by 30 points a day; by the trend alone such ones raise .69 warnings a day.
    assert opened < 50


def test_noisy_fill_is_foretold_all_the_same() -> None:
    fill = 50.0 + np.maximum(_MINUTES - 72 * 60, 0) / 60 * 6 + _noise(2.0)
    opened = [at_h for at_h, is_open, _ in _events(np.clip(fill, 0.0, 100.0)) if is_open]
    assert any(76.0 < at_h < 80.0 for at_h in opened)


def test_noise_near_a_limit_is_no_trend() -> None:
    assert _events(np.minimum(90.0 + _noise(2.0), 100.0)) == []


def test_warning_closes_when_the_trend_ends() -> None:
    value = 80.0 + np.minimum(np.maximum(_MINUTES - 600, 0) / 60 * 4, 14.0)
    [(opened_h, _, _), (closed_h, is_open, _)] = _events(value)
    assert not is_open
    assert opened_h < 13.5 < closed_h < 24


def test_nothing_later_changes_what_was_said() -> None:
    leak = 50.0 + np.maximum(_MINUTES - 72 * 60, 0) / 60 * 4 + _noise(0.5)
    until = 82 * 60
    assert _events(leak[:until]) == [event for event in _events(leak) if event[0] * 60 < until]
