from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from tests.unit.training.wearing import HOUR_NS, wide_history

from triage.measure.warnings import Incidents, Window
from triage.training.urgency_fitting import Past, alert_rows, choose_threshold, worth_of_watcher
from triage.watch.budget import Budget

STEPS, BUDGET = 200, Budget.parse("1/40steps", HOUR_NS)


def test_alerts_of_rows_are_those_of_a_stream() -> None:
    history = wide_history(1, 100)
    assert alert_rows(history, np.full(100, 0.9), 0.5, BUDGET).sum() == 1
    flickering = np.where(np.arange(100) % 4 == 0, 0.9, 0.0)
    rows = np.flatnonzero(alert_rows(history, flickering, 0.5, BUDGET))
    assert np.diff(rows).min() >= 40


def past_with(urgent: dict[int, float], incidents: Sequence[int]) -> tuple[Past, np.ndarray]:
    """Return one entity's past with incidents at some steps, and an urgency that is low but at some."""
    history = wide_history(1, STEPS)
    opened_ns = np.array(incidents, dtype=np.int64) * HOUR_NS
    known = Incidents(np.zeros(len(opened_ns), dtype=np.int64), opened_ns, opened_ns + HOUR_NS)
    urgency = np.full(STEPS, 0.01)
    urgency[list(urgent)] = list(urgent.values())
    return Past(history, known, Window(5 * HOUR_NS), BUDGET), urgency


def test_threshold_is_as_high_as_all_incidents_allow() -> None:
    past, urgency = past_with({50: 0.9, 90: 0.6, 140: 0.3}, incidents=(53, 93))
    worth, threshold = choose_threshold(past, urgency)
    assert 0.5 < threshold <= 0.6
    assert worth == 1.0


def test_false_alerts_are_given_for_an_incident_that_is_not_caught_else() -> None:
    past, urgency = past_with({20: 0.5, 50: 0.9, 90: 0.4}, incidents=(53, 93))
    worth, threshold = choose_threshold(past, urgency)
    assert 0.3 < threshold <= 0.4
    assert worth == pytest.approx(1.0 - 0.25 / 5, abs=0.001)  # one false alert, where five are allowed


def test_incidents_from_before_the_history_make_no_recall_smaller() -> None:
    urgent = {20: 0.5, 50: 0.9, 90: 0.4}
    alone, with_older = (
        choose_threshold(*past_with(urgent, incidents=(*older, 53, 93))) for older in ((), range(-100, 0, 4))
    )
    assert with_older == alone


def test_incident_whose_window_begins_before_the_history_is_not_missed() -> None:
    past, urgency = past_with({50: 0.9}, incidents=(4, 53))
    assert choose_threshold(past, urgency)[0] == 1.0


def test_alert_before_an_incident_that_is_not_counted_is_no_false_one() -> None:
    past, urgency = past_with({2: 0.9, 50: 0.9}, incidents=(4, 53))
    assert choose_threshold(past, urgency)[0] == 1.0


def test_watcher_is_worth_what_it_warned_of_within_its_budget() -> None:
    past, _ = past_with({}, incidents=(53, 93))
    evidence = np.zeros(STEPS)
    evidence[[50, 89]] = 6.0
    assert worth_of_watcher(past, evidence, 3.0) == 1.0
    assert worth_of_watcher(past, evidence, 9.0) == 0.0
    # After so many alerts nothing is left of the budget when the incidents come.
    evidence[:49:4] = 40.0
    assert worth_of_watcher(past, evidence, 3.0) < 0.5


def test_worth_of_a_watcher_of_several_entities_is_that_of_their_warnings_together() -> None:
    history = wide_history(2, STEPS)
    opened_ns = np.array([53, 53]) * HOUR_NS
    past = Past(history, Incidents(np.arange(2), opened_ns, opened_ns + HOUR_NS), Window(5 * HOUR_NS), BUDGET)
    evidence = np.zeros(history.n_rows)
    evidence[(history.entity_of_row == 1) & (history.time_ns_of_row == 50 * HOUR_NS)] = 6.0
    assert worth_of_watcher(past, evidence, 3.0) == 0.5


def test_most_of_the_budget_is_never_spent_on_false_alerts() -> None:
    # Five alerts in 200 steps are allowed: these, and four of them false, would leave none for what is to come.
    past, urgency = past_with(dict.fromkeys(range(0, STEPS, 9), 0.5) | {53: 0.9}, incidents=(54, 190))
    _, threshold = choose_threshold(past, urgency)
    assert threshold > 0.5
