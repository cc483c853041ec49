"""Chooses from which urgency an entity is warned about, on past incidents unseen by the model. Fits no model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from triage.measure.warnings import Alerts, Incidents, Verdict, Window, coalesce, judge
from triage.training.metrics import MetricHistory
from triage.training.reach import spans_of
from triage.watch.alerting import OPENED
from triage.watch.budget import Budget
from triage.watch.probabilities import RENEWED, follow_probabilities, steady_pace
from triage.watch.state import empty_entities

__all__ = ["Past", "alert_rows", "choose_threshold"]

# Log-odds a quarter apart: on made-up estates early recall changes by hundredths from one to the next.
_THRESHOLDS = expit(np.arange(-5.0, 5.1, 0.25))
# Early recall that a budget spent on false alerts must bring. On made-up estates of 30 known incidents at half an alert
# an entity-day .2 had .82 of what has a precursor at .1 false alerts, .1 .91 at .2, .05 .93 at .4, .02 .94 at .5.
_BUDGET_WORTH = 0.05
_TIMELY = 1 / 3  # of the horizon: a warning that comes later than so long before is worth less, in proportion
# Of the budget, by false alerts of the past: what comes later is a little stranger to the model.
_MOST_SHARE = 0.8

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """What warnings are tried on: metrics, incidents of the same entities, and what warnings are to be like."""

    history: MetricHistory
    incidents: Incidents
    window: Window
    budget: Budget


def choose_threshold(past: Past, urgency: _Floats) -> tuple[float, float]:
    """Return what warnings are worth from the best threshold on, and that threshold.

    Parameters
    ----------
    past : Past
    urgency : ndarray of float64 of shape (n_rows,)
        By a model that has not seen the row's incident; NaN where nothing is said.

    Notes
    -----
    Incidents that are warned of in good time are what a budget is given for, so they count in full; false alerts cost
    by the share of the budget that they use up, and only so much that a threshold which catches next to nothing more
    by them is not chosen.
    """
    first, last = spans_of(past.history)
    allowed = max(float((last - first)[first <= last].sum()) / past.budget.spacing_ns, 1.0)
    best, found = -np.inf, float(_THRESHOLDS[-1])
    for threshold in _THRESHOLDS[::-1].tolist():
        alert = alert_rows(past.history, urgency, threshold, past.budget)
        alerts = coalesce(Alerts(past.history.entity_of_row[alert], past.history.time_ns_of_row[alert]))
        judged = judge(alerts, past.incidents, past.window)
        timely = np.minimum(np.nan_to_num(judged.lead_ns) / (_TIMELY * past.window.horizon_ns), 1.0)
        share = float((judged.verdict == Verdict.FALSE).sum()) / allowed
        worth = float(timely.mean()) - _BUDGET_WORTH * share
        if worth > best and share <= _MOST_SHARE:
            best, found = worth, threshold
    return best, found


def alert_rows(history: MetricHistory, urgency: _Floats, threshold: float, budget: Budget) -> NDArray[np.bool_]:
    """Return at which rows a warning opens, as it would while they stream in.

    Parameters
    ----------
    history : MetricHistory
    urgency : ndarray of float64 of shape (n_rows,)
        NaN where nothing is said.
    threshold : float
    budget : Budget

    Returns
    -------
    ndarray of bool of shape (n_rows,)
    """
    order = np.argsort(history.time_ns_of_row, kind="stable")
    state = empty_entities(len(history.entities), threshold)
    event, event_ns, peak = np.zeros(len(order), np.int64), np.zeros(len(order), np.int64), np.zeros(len(order))
    is_said = np.isfinite(urgency[order])
    said = urgency[order][is_said]
    points = (history.entity_of_row[order], history.time_ns_of_row[order], is_said)
    found = (np.zeros(len(order)), event, event_ns, peak)
    follow_probabilities(state, steady_pace(budget, threshold), points, (said, said), found)
    alert = np.zeros(len(order), dtype=bool)
    alert[order[(event == OPENED) | (event == RENEWED)]] = True
    return alert
