"""Fits an early-warning model to past metrics and incidents, where there are enough of them. Judges nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from triage.learn.boosting import Boosting, fit_trees
from triage.measure.detection import auc_pr
from triage.measure.warnings import Alerts, Incidents, Window, score
from triage.training.foresight import Foresight, alert_rows
from triage.training.metrics import MetricHistory, MetricIncidents
from triage.training.omens import OMENS_OF_ALL, omens_of
from triage.training.watching import watch_history
from triage.watch.budget import Budget
from triage.watch.watcher import Watcher

__all__ = ["LEAST_INCIDENTS", "fit_foresight"]

LEAST_INCIDENTS = 30  # on made-up estates a model of fewer did no better than the watcher
_MOST_METRICS = 100  # with features of their own; an estate whose entities share none is judged by all together
_FOLDS = 4
# Small trees: there are dozens of incidents, however many rows. On C-MAPSS 7 to 31 leaves and 200 to 400 trees did
# within .003 AUC-PR of one another.
_BOOSTING = Boosting(n_trees=200, learning_rate=0.05, num_leaves=7, min_data_in_leaf=20, lambda_l2=1.0)
_SILENT = 1e9  # a threshold that no evidence reaches
_MOST_EVIDENCE = 8.0  # decades: the largest threshold that is tried
_MOST_ROWS = 400_000  # of negatives and positives together; beyond it negatives are thinned evenly
_THRESHOLDS = np.geomspace(0.03, 0.95, 24)

_Floats = NDArray[np.float64]


def fit_foresight(
    history: MetricHistory, incidents: MetricIncidents | None, window: Window, budget: Budget
) -> Foresight | None:
    """Return an early-warning model, or None where fewer than 30 incidents were seen coming up.

    Parameters
    ----------
    history : MetricHistory
    incidents : MetricIncidents or None
        Only those of the history's entities, with rows in the window before them, count.
    window : Window
        A row is a positive when an incident begins later than the gap after it and within gap and horizon.
    budget : Budget
        The threshold is the one that does best under it.

    Notes
    -----
    Rows within an incident are left out, and so are those at the end of an entity's time of which nobody knows yet.
    Where few incidents are known, what each metric does is too much to learn from: then only what all do together is
    looked at, whichever predicts better. Probabilities are calibrated, and the threshold chosen, on predictions for
    entities (where they are few, for times) that the model which made them had not seen.
    """
    if incidents is None:
        return None
    known = _known(history, incidents)
    near, kept, n_seen = _labels(history, known, window)
    if n_seen < LEAST_INCIDENTS:
        return None
    metrics = _shared_metrics(history)
    evidence = watch_history(Watcher(budget, _SILENT, zone=history.zone), history).evidence
    omens = omens_of(history, metrics, evidence)
    rows = _thinned(np.flatnonzero(kept), near)
    fold = _folds(history, known)
    candidates = []
    for seen in (omens[:, :OMENS_OF_ALL], omens):
        raw = _out_of_fold(seen, near, rows, fold)
        candidates.append((auc_pr(near[rows], raw[rows]), raw, seen))
    _, raw, seen = max(candidates, key=lambda candidate: candidate[0])
    slope, shift = _calibrated(raw[rows], near[rows])
    trees = fit_trees(seen[rows], near[rows].astype(float), np.ones(len(rows)), _BOOSTING)
    metrics = metrics if seen is omens else ()
    said = 1.0 / (1.0 + np.exp(-(slope * raw + shift)))
    f1, threshold = _best_threshold(history, known, said, window, budget)
    # What trends alone would do at their best: fewer incidents than it takes must not make warnings worse.
    plain, _ = _best_threshold(history, known, np.minimum(evidence[:, 0] / _MOST_EVIDENCE, 1.0), window, budget)
    return Foresight(trees, metrics, slope, shift, threshold if f1 >= plain else None)


def _out_of_fold(omens: _Floats, near: NDArray[np.bool_], rows: NDArray[np.int64], fold: NDArray[np.int64]) -> _Floats:
    """Return each row's raw score by trees that have not seen its fold."""
    raw = np.zeros(len(omens))
    for held in range(_FOLDS):
        fitted, answered = rows[fold[rows] != held], fold == held
        if near[fitted].any() and answered.any():
            trees = fit_trees(omens[fitted], near[fitted].astype(float), np.ones(len(fitted)), _BOOSTING)
            raw[answered] = trees.scores(omens[answered])
    return raw


def _known(history: MetricHistory, incidents: MetricIncidents) -> Incidents:
    positions = {entity: at for at, entity in enumerate(history.entities)}
    entity = np.array([positions.get(name, -1) for name in incidents.entity], dtype=np.int64)
    there = entity >= 0
    return Incidents(entity[there], incidents.opened_ns[there], incidents.ended_ns[there])


def _labels(
    history: MetricHistory, incidents: Incidents, window: Window
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], int]:
    """Return which rows an incident is near to, which may be learnt from, and how many incidents any row is near to."""
    n = history.n_rows
    near, within, n_seen = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool), 0
    reach_ns = window.gap_ns + window.horizon_ns
    last_ns = np.full(len(history.entities), np.iinfo(np.int64).min)
    np.maximum.at(last_ns, history.entity_of_row, history.time_ns_of_row)
    for entity, opened_ns, ended_ns in zip(incidents.entity, incidents.opened_ns, incidents.ended_ns, strict=True):
        mine = history.entity_of_row == entity
        ahead_ns = opened_ns - history.time_ns_of_row
        coming = mine & (ahead_ns >= window.gap_ns) & (ahead_ns <= reach_ns)
        near |= coming
        n_seen += bool(coming.any())
        last = ended_ns if ended_ns >= 0 else opened_ns + window.horizon_ns
        within |= mine & (ahead_ns < window.gap_ns) & (history.time_ns_of_row <= last)
    is_known = history.time_ns_of_row <= last_ns[history.entity_of_row] - reach_ns
    return near, near | (is_known & ~within), n_seen


def _shared_metrics(history: MetricHistory) -> tuple[str, ...]:
    """Return the metrics that most entities have, at most a hundred."""
    names = [metric for _, metric in history.series]
    counted = sorted(set(names), key=lambda metric: (-names.count(metric), metric))
    return tuple(sorted(counted[:_MOST_METRICS]))


def _thinned(rows: NDArray[np.int64], near: NDArray[np.bool_]) -> NDArray[np.int64]:
    if len(rows) <= _MOST_ROWS:
        return rows
    far = rows[~near[rows]]
    step = -(-len(far) // max(_MOST_ROWS - int(near[rows].sum()), 1))
    return np.sort(np.concatenate([rows[near[rows]], far[::step]]))


def _folds(history: MetricHistory, incidents: Incidents) -> NDArray[np.int64]:
    hit = np.unique(incidents.entity)
    if len(hit) >= 2 * _FOLDS:
        of_entity = np.arange(len(history.entities)) % _FOLDS
        of_entity[hit] = np.arange(len(hit)) % _FOLDS
        return np.asarray(of_entity[history.entity_of_row])
    edges = np.quantile(history.time_ns_of_row, np.arange(1, _FOLDS) / _FOLDS)
    return np.searchsorted(edges, history.time_ns_of_row)


def _calibrated(raw: _Floats, near: NDArray[np.bool_]) -> tuple[float, float]:
    """Return slope and shift of the log-odds by maximum likelihood, the slope drawn towards 1 (Platt, 1999)."""
    sign = np.where(near, -1.0, 1.0)

    def loss(at: _Floats) -> float:
        log_odds = np.exp(at[0]) * raw + at[1]
        return float(np.logaddexp(0.0, sign * log_odds).sum() + at[0] ** 2 / 2 + at[1] ** 2 / 50)

    found = minimize(loss, np.zeros(2), method="Nelder-Mead").x
    return float(np.exp(found[0])), float(found[1])


def _best_threshold(
    history: MetricHistory, incidents: Incidents, probability: _Floats, window: Window, budget: Budget
) -> tuple[float, float]:
    """Return the best F1 of early recall and the share of alerts that is not false, and the threshold that has it."""
    best, found = -1.0, float(_THRESHOLDS[0])
    for threshold in _THRESHOLDS.tolist():
        alert = alert_rows(history, probability, threshold, budget)
        alerts = Alerts(history.entity_of_row[alert], history.time_ns_of_row[alert])
        scores = score(alerts, incidents, window, 0)
        right = (scores.alerts - scores.false) / max(scores.alerts, 1)
        f1 = 2 * scores.early_recall * right / max(scores.early_recall + right, 1e-9)
        if f1 > best:
            best, found = f1, threshold
    return best, found
