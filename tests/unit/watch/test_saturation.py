from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from triage.foresight.forgetting import without_entities
from triage.watch.budget import Budget
from triage.watch.limits import Limits
from triage.watch.points import Note, Points
from triage.watch.watcher import Watcher

_MINUTE_NS = 60_000_000_000


def _watcher() -> Watcher:
    return Watcher(Budget.parse("1/day"))


def _filling(watcher: Watcher, minutes: int = 1440) -> Points:
    rows = watcher.series_of(["db", "web"], ["disk_used_percent", "cpu"])
    at = np.arange(minutes)
    filled = np.minimum(60.0 + np.maximum(at - 600, 0) / 60 * 5, 100.0)
    value = np.stack((filled, np.random.default_rng(0).normal(size=minutes)), axis=1)
    return Points(np.tile(rows, minutes), np.repeat(at, 2) * _MINUTE_NS, value.ravel())


def test_warning_names_limit_and_moment() -> None:
    watcher = _watcher()
    [note] = watcher.handle(_filling(watcher)).notes
    assert note.warning.entity == "db"
    assert [cause.metric for cause in note.warning.causes] == ["disk_used_percent"]
    assert "rises by 5 an hour: it reaches 100 at about 18:00 (" in note.warning.why
    assert watcher.open_notes == (note.warning,)


def test_warning_holds_what_its_sentence_says() -> None:
    watcher = _watcher()
    [note] = watcher.handle(_filling(watcher)).notes
    told = note.warning.saturation
    assert told is not None
    assert (told.metric, told.limit) == ("disk_used_percent", 100.0)
    assert abs(told.slope - 5.0) < 0.01
    assert abs((told.expected_at - datetime(1970, 1, 1, 18, tzinfo=UTC)).total_seconds()) < 60
    assert note.warning.opened_at < told.earliest_at <= told.expected_at <= told.latest_at
    hours = (told.expected_at - note.warning.opened_at).total_seconds() / 3600
    assert abs(told.level + hours * told.slope - told.limit) < 0.01


def test_what_runs_down_has_a_slope_below_zero() -> None:
    watcher = _watcher()
    row = watcher.series_of(["db"], ["disk_free_bytes"])
    at = np.arange(1440)
    left = np.minimum(40.0, np.maximum(90.0 - at / 60 * 5, 0.0))
    [note] = watcher.handle(Points(np.tile(row, 1440), at * _MINUTE_NS, left)).notes
    told = note.warning.saturation
    assert told is not None
    assert told.limit == 0.0 < told.level
    assert told.slope < 0.0


def test_batches_and_restarts_change_nothing() -> None:
    whole = _watcher()
    expected = whole.handle(_filling(whole)).notes
    cut, found = _watcher(), []
    points = _filling(cut)
    for begin in range(0, len(points), 577):
        part = points[begin : begin + 577]
        found += [Note(begin + note.place, note.warning) for note in cut.handle(part).notes]
        cut = Watcher.from_part(cut.to_part())
    assert tuple(found) == expected
    assert cut.open_notes == whole.open_notes


def test_limit_that_is_taken_away_is_not_warned_of() -> None:
    watcher = _watcher()
    watcher.limits = Limits({"disk_*": None})
    assert watcher.handle(_filling(watcher)).notes == ()


def test_trends_go_on_where_limits_are_told_anew() -> None:
    whole, told = _watcher(), _watcher()
    points = _filling(whole)
    _filling(told)
    told.handle(points[: len(points) // 2])
    told.limits = Limits({"cpu": 1e6})
    told.handle(points[len(points) // 2 :])
    whole.handle(points)
    assert told.open_notes == whole.open_notes != ()


def test_warning_comes_as_soon_as_another_horizon_allows() -> None:
    # Full at the hour 18, of which nine hours are known, so that nothing is due within 4 h.
    watcher = _watcher()
    points = _filling(watcher)
    half = len(points) * 13 // 24
    assert watcher.handle(points[:half]).notes == ()
    watcher.limits = Limits(horizon_s=12 * 3600.0)
    [note] = watcher.handle(points[half:]).notes
    assert 13 <= note.warning.opened_at.hour <= 14
    watcher.limits = Limits(horizon_s=24 * 3600.0)
    assert watcher.open_notes == (note.warning,)


def test_another_value_of_a_limit_begins_no_trend_anew_and_leaves_nothing_open() -> None:
    watcher = _watcher()
    points = _filling(watcher)
    half = len(points) * 17 // 24
    assert len(watcher.handle(points[:half]).notes) == 1
    watcher.limits = Limits({"disk_*": 101.0})
    assert watcher.open_notes == ()
    [note] = watcher.handle(points[half : half + 60]).notes
    assert "it reaches 101 at about 18:12" in note.warning.why


def test_forgotten_entity_leaves_the_trends_of_the_others() -> None:
    watcher = _watcher()
    watcher.handle(_filling(watcher))
    left = Watcher.from_part(without_entities(watcher.to_part(), np.array([False, True])))
    assert left.open_notes == watcher.open_notes
    assert Watcher.from_part(without_entities(watcher.to_part(), np.array([True, False]))).open_notes == ()
