"""Chooses from which urgency an entity is warned about, on past incidents unseen by the model. Fits no model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from triage.measure.warnings import Alerts, Incidents, Verdict, Window, coalesce, judge
from triage.training.metrics import MetricHistory
from triage.training.reach import spans_of, were_watched
from triage.watch.alerting import OPENED, alerts_at
from triage.watch.budget import Budget
from triage.watch.probabilities import RENEWED, follow_probabilities, steady_pace
from triage.watch.state import empty_entities

__all__ = ["Past", "alert_rows", "choose_threshold", "worth_of_watcher"]

# Log-odds a quarter apart: on made-up estates early recall changes by hundredths from one to the next.
_THRESHOLDS = expit(np.arange(-5.0, 5.1, 0.25))
# Early recall that a budget spent on false alerts must bring. On made-up estates, of what has a precursor at half an
# alert an entity-day: where 30 incidents are known .05 has .96 at .54 false alerts, .15 .95 at .41, .25 .93 at .30 and
# .35 .92 at .24; where 40 are .97 at .51, .96 at .39, .96 at .28 and .94 at .20 (decision 38).
_BUDGET_WORTH = 0.25
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
    by the share of the budget that they use up, and so much that a threshold which catches next to nothing more by them
    is not chosen. Incidents that nobody could have warned of, as their entities were not watched for a whole window
    before them, make no warning false and count for nothing else.
    """
    best, found = -np.inf, float(_THRESHOLDS[-1])
    for threshold in _THRESHOLDS[::-1].tolist():
        worth, share = _worth(past, alert_rows(past.history, urgency, threshold, past.budget))
        if worth > best and share <= _MOST_SHARE:
            best, found = worth, threshold
    return best, found


def worth_of_watcher(past: Past, evidence: _Floats, threshold: float) -> float:
    """Return what the warnings are worth that the watcher would have given by itself; see `choose_threshold`.

    Parameters
    ----------
    past : Past
    evidence : ndarray of float64 of shape (n_rows,)
        The watcher's, in decades.
    threshold : float
        The watcher's, as it was fitted; each entity's moves on from there.
    """
    history = past.history
    alert = np.zeros(history.n_rows, dtype=bool)
    order = np.lexsort((history.time_ns_of_row, history.entity_of_row))
    edges = np.flatnonzero(np.diff(history.entity_of_row[order])) + 1
    for rows in np.split(order, edges):
        alert[rows] = alerts_at(history.time_ns_of_row[rows], evidence[rows], threshold, past.budget)
    return _worth(past, alert)[0]


def _worth(past: Past, alert: NDArray[np.bool_]) -> tuple[float, float]:
    """Return what warnings opened at some rows are worth, and which share of the budget the false ones used up."""
    history, window = past.history, past.window
    first, last = spans_of(history)
    allowed = max(float((last - first)[first <= last].sum()) / past.budget.spacing_ns, 1.0)
    alerts = coalesce(Alerts(history.entity_of_row[alert], history.time_ns_of_row[alert]))
    judged = judge(alerts, past.incidents, window)
    lead_ns = judged.lead_ns[were_watched(history, past.incidents, window)]
    timely = np.minimum(np.nan_to_num(lead_ns) / (_TIMELY * window.horizon_ns), 1.0)
    share = float((judged.verdict == Verdict.FALSE).sum()) / allowed
    return float(timely.sum()) / max(len(timely), 1) - _BUDGET_WORTH * share, share


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
