from __future__ import annotations

import numpy as np
import pytest
from tests.unit.watch.series_made import MINUTE_NS, new_watcher, noise, one_series

from triage.watch.budget import Budget
from triage.watch.points import Points, Watched
from triage.watch.watcher import Watcher

HOUR_NS = 60 * MINUTE_NS


def score_alone(values: np.ndarray, step_ns: int = MINUTE_NS) -> np.ndarray:
    return new_watcher().handle(one_series(values, step_ns)).score


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e31, 1e200])
def test_value_that_is_no_number_scores_zero_and_changes_nothing(value: float) -> None:
    values = noise(200)
    watcher, plain = new_watcher(), new_watcher()
    whole = np.insert(values, 100, value)
    times = np.insert(np.arange(200) * MINUTE_NS, 100, 99 * MINUTE_NS + 1)
    found = watcher.handle(Points(np.zeros(201, dtype=np.int64), times, whole))
    assert found.score[100] == 0.0
    np.testing.assert_array_equal(np.delete(found.score, 100), plain.handle(one_series(values)).score)


def evidence_alone(values: np.ndarray, step_ns: int = MINUTE_NS) -> np.ndarray:
    """Return the tail of what warnings on the entity rest on, whose only series this is: nothing limits it."""
    found: np.ndarray = 1.0 - 10.0 ** -new_watcher().handle(one_series(values, step_ns)).evidence[:, 0]
    return found


def test_repeat_of_the_newest_time_gets_the_first_score_and_changes_nothing() -> None:
    values = noise(200)
    values[100] = 9.0
    points = one_series(values)
    repeated = Points(
        np.zeros(201, dtype=np.int64),
        np.insert(points.time_ns, 101, points.time_ns[100]),
        np.insert(values, 101, -50.0),
    )
    found = new_watcher().handle(repeated)
    assert found.score[101] == found.score[100] > 0.9
    np.testing.assert_array_equal(np.delete(found.score, 101), new_watcher().handle(points).score)


def test_late_point_scores_zero_and_changes_nothing() -> None:
    values = noise(200)
    points = one_series(values)
    late = Points(
        np.zeros(201, dtype=np.int64), np.insert(points.time_ns, 101, 50 * MINUTE_NS), np.insert(values, 101, 90.0)
    )
    found = new_watcher().handle(late)
    assert found.score[101] == 0.0
    np.testing.assert_array_equal(np.delete(found.score, 101), new_watcher().handle(points).score)


@pytest.mark.parametrize("value", [0.0, 1.0, -3e9, 1e-20, 1e29])
def test_constant_series_scores_zero_until_it_moves(value: float) -> None:
    values = np.full(300, value)
    assert not score_alone(values).any()
    values[-1] = 1.1 * value + 1e-3
    assert score_alone(values)[-1] > 0.99


def test_no_points_give_no_answers() -> None:
    found = new_watcher().handle(one_series([]))
    assert isinstance(found, Watched)
    assert len(found.score) == 0


def test_detector_is_useful_from_the_first_dozens_of_points() -> None:
    values = noise(40)
    values[36] = 12.0
    scores = evidence_alone(values)
    assert scores[36] > 0.95
    assert (scores >= scores[36]).sum() <= 2


@pytest.mark.parametrize("place", [0, 3, 7, 20, 150])
def test_stray_row_poisons_neither_level_nor_scale(place: int) -> None:
    values = noise(600)
    values[500:510] += 8.0
    stray = values.copy()
    stray[place] = 1e9
    scores = evidence_alone(stray)
    assert scores[500:510].max() > 0.9
    assert np.abs(scores[300:500] - evidence_alone(values)[300:500]).mean() < 0.2


def test_level_shift_is_one_alert_and_then_the_new_level_is_the_level() -> None:
    values = noise(1200, seed=8)
    values[600:] += 20.0
    watcher = Watcher(Budget.parse("9/day"), threshold=4.0)
    watcher.series_of(["e0"], ["m0"])
    found = watcher.handle(one_series(values))
    assert np.flatnonzero(found.alert[400:]).tolist() == [200]
    assert (1.0 - 10.0 ** -found.evidence[700:, 0]).mean() < 0.6


def test_rare_repeats_speak_softly_until_the_last_alert_has_decayed() -> None:
    values = noise(1500)
    values[[700, 720, 1400]] = 15.0
    scores = score_alone(values)
    assert scores[700] > 0.99
    assert scores[720] < 0.6
    assert scores[1400] > 0.9


def test_daily_season_is_learnt_and_a_missing_peak_is_noticed() -> None:
    hours = np.arange(24 * 30 * 4)
    values = 10 * np.sin(2 * np.pi * hours / (24 * 4)) + 0.3 * noise(len(hours))
    values[2424] = -values[2424 - 96]
    scores = evidence_alone(values, HOUR_NS // 4)
    assert scores[2424:2428].max() > 0.99
    assert scores[2424:2428].max() == scores[2000:].max()


def test_time_of_day_is_harmless_where_there_is_no_season() -> None:
    values = noise(3000)
    values[2900] = 9.0
    by_minutes, by_steps = score_alone(values), score_alone(values, 1)
    assert by_minutes[2900] > 0.99
    assert by_steps[2900] > 0.99
    assert np.abs(by_minutes - by_steps).mean() < 0.05
