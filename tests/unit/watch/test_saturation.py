from __future__ import annotations

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


def test_forgotten_entity_leaves_the_trends_of_the_others() -> None:
    watcher = _watcher()
    watcher.handle(_filling(watcher))
    left = Watcher.from_part(without_entities(watcher.to_part(), np.array([False, True])))
    assert left.open_notes == watcher.open_notes
    assert Watcher.from_part(without_entities(watcher.to_part(), np.array([True, False]))).open_notes == ()
