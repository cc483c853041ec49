from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.unit.watch.series_made import MINUTE_NS, assert_same, new_watcher, noise, one_series

from triage.errors import UsageError
from triage.watch.budget import Budget
from triage.watch.calendar import Silence, local_ns, silenced, zone_of
from triage.watch.points import Points
from triage.watch.watcher import Watcher

BERLIN = ZoneInfo("Europe/Berlin")
HOUR_NS = 60 * MINUTE_NS


def ns(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp()) * 1_000_000_000  # type: ignore[arg-type,misc]  # year to minute


def test_clocks_go_forward_and_back_at_the_moment_they_do() -> None:
    moments = np.array([ns(2026, 3, 29, 0, 59), ns(2026, 3, 29, 1, 0), ns(2026, 10, 25, 0, 59), ns(2026, 10, 25, 1, 0)])
    assert ((local_ns(moments, BERLIN) - moments) // HOUR_NS).tolist() == [1, 2, 2, 1]


def test_utc_and_no_times_cost_nothing() -> None:
    moments = np.array([5, 6])
    assert local_ns(moments, zone_of("UTC")) is moments
    assert len(local_ns(np.zeros(0, dtype=np.int64), BERLIN)) == 0


def test_unknown_zone_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match="Mars"):
        Watcher(Budget.parse("1/day"), zone="Mars/Phobos")


def office_hours(days: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return a metric that is busy from 9 to 17 by the clocks of Berlin, every ten minutes, into summer time."""
    times = ns(2026, 3, 2) + np.arange(days * 144) * 10 * MINUTE_NS
    hour = local_ns(times, BERLIN) // HOUR_NS % 24
    return times, np.where((hour >= 9) & (hour < 17), 40.0, 10.0) + noise(len(times))


def surprise_after_the_change(zone: str) -> float:
    times, values = office_hours(30)
    watcher = Watcher(Budget.parse("1/day"), zone=zone)
    watcher.series_of(["web"], ["load"])
    found = watcher.handle(Points(np.zeros(len(times), dtype=np.int64), times, values))
    monday = (times >= ns(2026, 3, 30)) & (times < ns(2026, 3, 31))
    return float(found.evidence[monday, 0].max())


def test_season_moves_with_the_clocks_of_its_zone() -> None:
    assert surprise_after_the_change("Europe/Berlin") < surprise_after_the_change("UTC")


def test_zone_is_part_of_the_state() -> None:
    times, values = office_hours(6)
    points = Points(np.zeros(len(times), dtype=np.int64), times, values)
    watchers = [Watcher(Budget.parse("1/day"), zone="Europe/Berlin") for _ in range(2)]
    for watcher in watchers:
        watcher.series_of(["web"], ["load"])
    first = watchers[1].handle(points[:500])
    assert_same(watchers[0].handle(points), first, Watcher.from_part(watchers[1].to_part()).handle(points[500:]))


def test_silence_ends_before_its_end_and_concerns_its_entity_only() -> None:
    silences = [Silence("db", 10, 20), Silence(None, 30, 31), Silence("unknown", 0, 99)]
    times = np.array([9, 10, 19, 20, 30])
    for entity, expected in ((0, [False, False, False, False, True]), (1, [False, True, True, False, True])):
        found = silenced(silences, ["web", "db"], np.full(5, entity), times)
        assert found.tolist() == expected


def test_silence_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(UsageError, match="must end after it begins"):
        Silence(None, 2, 1)


def test_nothing_is_warned_of_or_learnt_in_a_silence() -> None:
    values = noise(600)
    values[400:420] += 50.0
    points = one_series(values)
    window = Silence("e0", 400 * MINUTE_NS, 420 * MINUTE_NS)
    watcher = new_watcher()
    watcher.silences = (window,)
    found = watcher.handle(points)
    assert not found.score[400:420].any()
    assert not found.alert[400:420].any()
    kept = np.delete(np.arange(600), slice(400, 420))
    np.testing.assert_array_equal(found.score[kept], new_watcher().handle(points[kept]).score)


def test_silence_is_the_same_in_batches() -> None:
    points, window = one_series(noise(300)), Silence(None, 100 * MINUTE_NS, 150 * MINUTE_NS)
    whole, single = new_watcher(), new_watcher()
    whole.silences = single.silences = (window,)
    assert_same(whole.handle(points), *(single.handle(points[row : row + 1]) for row in range(300)))
