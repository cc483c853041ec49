"""Fits an early-warning model to past metrics and incidents, where there are enough of them. Judges nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from triage.foresight.forewarning import Forewarner, StreamingWatcher
from triage.foresight.model import Foresight, evidence_in, urgencies_of
from triage.learn.boosting import Boosting, fit_trees
from triage.measure.detection import auc_pr
from triage.measure.warnings import Incidents, Window
from triage.training.lead_fitting import calibrated, fit_lead
from triage.training.metrics import MetricHistory, MetricIncidents
from triage.training.urgency_fitting import Past, choose_threshold, worth_of_watcher
from triage.training.watching import to_points
from triage.watch.budget import Budget
from triage.watch.omens import CALENDAR, OMENS_OF_ALL, Omens
from triage.watch.regimes import Regimes
from triage.watch.watcher import Watcher

__all__ = ["LEAST_INCIDENTS", "fit_forewarner"]

LEAST_INCIDENTS = 30  # on made-up estates a model of fewer did no better than the watcher
_MOST_METRICS = 100  # with features of their own; an estate whose entities share none is judged by all together
# What each metric does must bring the precision that much nearer to 1. On made-up estates, where it brought next to
# nothing out of fold, it cost a quarter of the early recall later; turbofans cannot do without.
_OWN_GAIN = 0.8
_FOLDS = 4
# Small trees: there are dozens of incidents, however many rows. On C-MAPSS 7 to 31 leaves and 200 to 400 trees did
# within .003 AUC-PR of one another.
_BOOSTING = Boosting(n_trees=200, learning_rate=0.05, num_leaves=7, min_data_in_leaf=20, lambda_l2=1.0)
_SILENT = 1e9  # a threshold that no evidence reaches
_MOST_ROWS = 400_000  # of negatives and positives together; beyond it negatives are thinned evenly
# Log-odds that a decade of the watcher's evidence adds to the urgency. Where 30 incidents are known, the model has seen
# few of the ways in which entities fail: at .1 false alerts in an entity-day .80 of what has a precursor was warned of
# without, .85 with .6, .86 with 1; where 115 are, .94, .97, .97 (made-up estates).
_EVIDENCE_WEIGHT = 0.6
# Timely early recall, out of fold, below which the watcher goes on warning. SMD shows nothing before its incidents:
# .012 to .004 let the model take over, and half of what the watcher detects was lost. Made-up estates have .1 and more,
# by all incidents of which only 30 lie in the metrics; to be ahead of the watcher by .05 kept two models of three out.
_LEAST_WORTH = 0.03
_CHUNK = 4096  # points whose features are there at a time
_LEAST_DAYS = 14  # of history: of fewer nobody can tell an hour or a weekday from its incidents

_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """What a history shows, row by row: features, the watcher's evidence, whether there is any of it."""

    omens: _Floats
    evidence: _Floats
    is_there: NDArray[np.bool_]


def fit_forewarner(
    watcher: Watcher, history: MetricHistory, incidents: MetricIncidents | None, window: Window
) -> StreamingWatcher:
    """Return a fitted watcher with an early-warning model, or as it is where fewer than 30 incidents were seen coming.

    Parameters
    ----------
    watcher : Watcher
        Fitted to the history; its budget is that of the warnings.
    history : MetricHistory
    incidents : MetricIncidents or None
        Only those of the history's entities, with rows in the window before them, count.
    window : Window
        A row is a positive when an incident begins later than the gap after it and within gap and horizon.

    Notes
    -----
    Rows within an incident are left out, and so are those at the end of an entity's time of which nobody knows yet.
    Where few incidents are known, what each metric does is too much to learn from: then only what all do together is
    looked at, unless it predicts clearly worse. Probabilities are calibrated, and the threshold chosen, on predictions
    for entities (where they are few, for times) that the model which made them had not seen.
    """
    if incidents is None:
        return watcher
    known = _known(history, incidents)
    near, kept, ahead_ns, n_seen = _labels(history, known, window)
    if n_seen < LEAST_INCIDENTS:
        return watcher
    metrics = _shared_metrics(history)
    shown, seen = _shown(history, metrics, watcher.regimes)
    rows = _thinned(np.flatnonzero(kept & shown.is_there), near)
    fold = _folds(history, known)
    candidates = []
    for width in (OMENS_OF_ALL, shown.omens.shape[1]):
        raw = _out_of_fold(shown.omens[:, :width], near, rows, fold)
        candidates.append((auc_pr(near[rows], raw[rows]), raw, width))
    together, own = candidates
    raw, width = (own if 1.0 - own[0] < _OWN_GAIN * (1.0 - together[0]) else together)[1:]
    slope, shift = calibrated(raw[rows], near[rows])
    trees = fit_trees(shown.omens[rows, :width], near[rows].astype(float), np.ones(len(rows)), _BOOSTING)
    coming = rows[near[rows]]
    lead = fit_lead(shown.omens[coming, :width], ahead_ns[coming], fold[coming], window)
    said = np.where(shown.is_there, expit(slope * raw + shift), np.nan)
    past = Past(history, known, window, watcher.budget)
    urgency = urgencies_of(said, evidence_in(shown.omens), _EVIDENCE_WEIGHT)
    worth, threshold = choose_threshold(past, urgency)
    # A model must not make warnings worse.
    plain = worth_of_watcher(past, shown.evidence, watcher.threshold)
    chosen = threshold if worth >= max(plain, _LEAST_WORTH) else None
    foresight = Foresight(trees, metrics, slope, shift, _EVIDENCE_WEIGHT, chosen, lead)
    return Forewarner(watcher, foresight, Omens.from_part(seen.to_part(), watcher.table))


def _shown(history: MetricHistory, metrics: tuple[str, ...], regimes: Regimes | None) -> tuple[_Shown, Omens]:
    """Return what each row shows after its last sample, and what is remembered at the end."""
    watcher = Watcher(Budget(1, 1), _SILENT, zone=history.zone, regimes=regimes)
    points, order = to_points(watcher, history)
    seen = Omens(watcher.table, metrics)
    last = np.full(history.n_rows, -1, dtype=np.int64)
    last[history.row_of_point[order]] = np.arange(len(order))
    omens, evidence = np.full((history.n_rows, seen.width), np.nan), np.zeros(history.n_rows)
    is_there = np.zeros(history.n_rows, dtype=bool)
    for begin in range(0, len(order), _CHUNK):
        there = slice(begin, begin + _CHUNK)
        watched = watcher.handle(points[there])
        local = watcher.local_ns(points[there])
        heard = replace(points[there], value=watched.value)
        found, is_described = seen.describe(heard, watched, local)
        rows = history.row_of_point[order[there]]
        is_last = last[rows] == np.arange(begin, begin + len(rows))
        evidence[rows[is_last]] = np.hypot(*watched.evidence[is_last].T)
        kept = is_last & is_described
        is_there[rows[kept]] = True
        omens[rows[kept]] = found[(np.cumsum(is_described) - 1)[kept]]
    span_ns = int(np.ptp(history.time_ns_of_row)) if history.n_rows else 0
    if history.step_ns is not None or span_ns < _LEAST_DAYS * 86_400 * 10**9:
        omens[:, CALENDAR:OMENS_OF_ALL] = 0.0
    return _Shown(omens, evidence, is_there), seen


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
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.int64], int]:
    """Return which rows have an incident near, which may be learnt from, how far ahead it is, and how many are seen."""
    n = history.n_rows
    near, within, n_seen = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool), 0
    after_gap_ns = np.full(n, np.iinfo(np.int64).max)
    reach_ns = window.gap_ns + window.horizon_ns
    last_ns = np.full(len(history.entities), np.iinfo(np.int64).min)
    np.maximum.at(last_ns, history.entity_of_row, history.time_ns_of_row)
    for entity, opened_ns, ended_ns in zip(incidents.entity, incidents.opened_ns, incidents.ended_ns, strict=True):
        mine = history.entity_of_row == entity
        ahead_ns = opened_ns - history.time_ns_of_row
        coming = mine & (ahead_ns >= window.gap_ns) & (ahead_ns <= reach_ns)
        near |= coming
        after_gap_ns[coming] = np.minimum(after_gap_ns[coming], ahead_ns[coming] - window.gap_ns)
        n_seen += bool(coming.any())
        last = ended_ns if ended_ns >= 0 else opened_ns + window.horizon_ns
        within |= mine & (ahead_ns < window.gap_ns) & (history.time_ns_of_row <= last)
    is_known = history.time_ns_of_row <= last_ns[history.entity_of_row] - reach_ns
    return near, near | (is_known & ~within), after_gap_ns, n_seen


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
