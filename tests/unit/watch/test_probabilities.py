from __future__ import annotations

import numpy as np

from triage.watch.alerting import CLOSED, OPENED
from triage.watch.budget import Budget
from triage.watch.probabilities import follow_probabilities, steady_pace
from triage.watch.state import empty_entities

HOUR_NS = 3_600 * 10**9


def events(probability: list[float], hours: float, budget: str = "1/day") -> tuple[list[int], list[int]]:
    """Return at which of evenly spaced points of one entity a warning opens, and at which it closes."""
    allowed = Budget.parse(budget)
    n = len(probability)
    event, said = np.zeros(n, np.int64), np.array(probability)
    found = (np.zeros(n), event, np.zeros(n, np.int64), np.zeros(n))
    points = (np.zeros(n, np.int64), (np.arange(n) * hours * HOUR_NS).astype(np.int64), np.isfinite(said))
    pace = steady_pace(allowed)
    follow_probabilities(empty_entities(1, 0.5), pace, points, said[np.isfinite(said)], found)
    return np.flatnonzero(event == OPENED).tolist(), np.flatnonzero(event == CLOSED).tolist()


def test_entity_that_stays_likely_is_warned_of_once() -> None:
    assert events([0.9] * 100, hours=1) == ([0], [])


def test_warning_stays_open_until_the_probability_has_been_below_the_threshold_for_a_while() -> None:
    assert events([0.1, 0.6, 0.45, 0.45, 0.2, 0.2, 0.2], hours=0.25) == ([1], [5])


def test_in_the_long_run_there_are_no_more_warnings_than_the_budget_allows() -> None:
    opened, _ = events([0.9, 0.0, 0.0] * 400, hours=1)
    assert 45 <= len(opened) <= 51


def test_point_after_which_nothing_is_said_repeats_the_last_probability_and_opens_nothing() -> None:
    state, probability = empty_entities(1, 0.5), np.zeros(3)
    event, event_ns, peak = np.zeros(3, np.int64), np.zeros(3, np.int64), np.zeros(3)
    points = (np.zeros(3, np.int64), np.arange(3) * HOUR_NS, np.array([False, True, False]))
    pace = steady_pace(Budget.parse("1/day"))
    follow_probabilities(state, pace, points, np.array([0.9]), (probability, event, event_ns, peak))
    assert probability.tolist() == [0.0, 0.9, 0.9]
    assert (event == OPENED).tolist() == [False, True, False]
