from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triage.watch.alerting import CLOSED, OPENED
from triage.watch.budget import Budget
from triage.watch.probabilities import RENEWED, follow_probabilities, steady_pace
from triage.watch.state import empty_entities

HOUR_NS = 3_600 * 10**9


def events(probability: list[float], hours: float, budget: str = "1/day") -> tuple[list[int], list[int]]:
    """Return at which of evenly spaced points of one entity a warning opens, and at which it closes."""
    event, _ = followed(probability, hours, budget)
    return np.flatnonzero(event == OPENED).tolist(), np.flatnonzero(event == CLOSED).tolist()


def followed(
    probability: list[float], hours: float, budget: str = "1/day"
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return what evenly spaced points of one entity do, and the highest probability of the warning where they do."""
    allowed = Budget.parse(budget)
    n = len(probability)
    event, said = np.zeros(n, np.int64), np.array(probability)
    peak = np.zeros(n)
    found = (np.zeros(n), event, np.zeros(n, np.int64), peak)
    points = (np.zeros(n, np.int64), (np.arange(n) * hours * HOUR_NS).astype(np.int64), np.isfinite(said))
    pace = steady_pace(allowed, 0.5)
    likely = said[np.isfinite(said)]
    follow_probabilities(empty_entities(1, 0.5), pace, points, (likely, likely), found)
    return event, peak


def test_entity_that_stays_likely_is_warned_of_once() -> None:
    assert events([0.9] * 100, hours=1) == ([0], [])


def test_warning_stays_open_until_the_probability_has_been_below_the_threshold_for_a_while() -> None:
    assert events([0.1, 0.6, 0.45, 0.45, 0.2, 0.2, 0.2], hours=0.25) == ([1], [5])


def test_open_warning_gives_way_to_a_new_one_when_the_odds_have_doubled() -> None:
    event, peak = followed([0.5, 0.55, 0.6, 0.7, 0.75, 0.1, 0.1, 0.1, 0.5], hours=0.3, budget="5/day")
    assert np.flatnonzero(event == RENEWED).tolist() == [3]
    assert peak[3] == 0.6
    assert np.flatnonzero(event == OPENED).tolist() == [0, 8]
    assert np.flatnonzero(event == CLOSED).tolist() == [6]
    assert peak[6] == 0.75


def test_warning_gives_way_no_sooner_than_a_new_one_is_told_apart() -> None:
    event, _ = followed([0.5, 0.9, 0.9, 0.9], hours=0.2, budget="5/day")
    assert np.flatnonzero(event == RENEWED).tolist() == [2]


def test_new_warning_in_place_of_another_uses_the_budget() -> None:
    rising = [1.0 - 0.4 * 0.3**step for step in range(20)]
    event, _ = followed(rising, hours=1, budget="1/week")
    assert (event == OPENED).sum() + (event == RENEWED).sum() == 1


def test_in_the_long_run_there_are_no_more_warnings_than_the_budget_allows() -> None:
    opened, _ = events([0.9, 0.0, 0.0] * 400, hours=1)
    assert 45 <= len(opened) <= 51


def test_point_after_which_nothing_is_said_repeats_the_last_probability_and_opens_nothing() -> None:
    state, probability = empty_entities(1, 0.5), np.zeros(3)
    event, event_ns, peak = np.zeros(3, np.int64), np.zeros(3, np.int64), np.zeros(3)
    points = (np.zeros(3, np.int64), np.arange(3) * HOUR_NS, np.array([False, True, False]))
    pace = steady_pace(Budget.parse("1/day"), 0.5)
    follow_probabilities(state, pace, points, (np.array([0.8]), np.array([0.9])), (probability, event, event_ns, peak))
    assert probability.tolist() == [0.0, 0.8, 0.8]
    assert (event == OPENED).tolist() == [False, True, False]
