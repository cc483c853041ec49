"""Fits how long incidents take, from what was known at a moment: what is still open then counts as having lasted."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from triage.learn.boosting import Boosting, fit_trees
from triage.learn.clock import Clock, fit_clock
from triage.learn.duration import NO_CORRECTION, Correction, DurationModel
from triage.learn.features import Features
from triage.learn.inputs import Inputs
from triage.learn.rows import to_matrix
from triage.learn.trees import Trees
from triage.learn.waits import Waits
from triage.measure.survival import ended_share

__all__ = ["LEAST_ENDED", "fit_duration", "to_stretches"]

# Fewer ends tell nothing that the mean of all would not.
LEAST_ENDED = 100
# Older cases weigh next to nothing, and each of them makes up to 20 rows.
_MOST_CASES = 60_000
# Edges stand where a 20th more has ended, and once more in the tail. On the event log 28 were no better.
_MOST_BINS, _LAST_EDGE, _ENDS_A_BIN = 20, 0.97, 12
# Half a minute: what is over sooner was over when it was written down.
_LEAST_EDGE = 1 / 120
# By when an incident has ended or not is what the linear scores are about: these shares of known waits.
_MARKS = (0.18, 0.3, 0.5, 0.75)
_LEAST_OF_MARK = 20
# The scores of a case are made without the fifth of history that it lies in, as late cases will be scored without their
# own time: random folds let a case see its own day, and the trees then trust the scores too much.
_BLOCKS = 5
# Half-lives as (days, incidents): what is longer counts, so that a small desk learns from more than last week.
_SCORE_HALF_LIFE = (20.0, 5_000)
_QUICK_HALF_LIFE, _SLOW_HALF_LIFE = (4.0, 1_000), (14.0, 3_500)
_SLOW_HOURS = 168.0
_CORRECTED_BY = (7.0, 1_000)
# Above it late cases say too little, as most of them are still open; what the trees learnt from older ones drifts less.
_CORRECTED_UP_TO = 0.75
_KNOTS = np.linspace(0.0, 1.0, 201)
_STRENGTH, _MOST_ITERATIONS = 0.1, 60
# Values of the feature matrix from which a fit takes longer than starting a process for it.
_WORTH_A_PROCESS = 2_000_000
_TREES = Boosting(
    n_trees=80,
    learning_rate=0.08,
    num_leaves=8,
    min_data_in_leaf=50,
    bagging_fraction=1.0,
    feature_fraction=1.0,
    lambda_l2=1.0,
)


def fit_duration(features: Features, inputs: Inputs, waits: Waits, n_jobs: int = 1) -> DurationModel | None:
    """Learn how long incidents take.

    Parameters
    ----------
    features : Features
        Those of the incidents' model, whose rows are read when it answers.
    inputs : Inputs
        The whole history; ``waits.rows`` says which of its rows count.
    waits : Waits
    n_jobs : int, default=1
        Fits at a time, through joblib.

    Returns
    -------
    DurationModel or None
        None when fewer than 100 ends are known, or all ended at once.
    """
    if waits.ended.sum() < LEAST_ENDED:
        return None
    waits = waits.take(np.arange(len(waits))[-_MOST_CASES:])
    edges = _edges(waits)
    # The chance beyond the last edge is taken from the last two stretches.
    if len(edges) <= 3:
        return None
    matrix = to_matrix(features.rows(inputs.take(waits.rows.tolist())), len(features))
    asked = [mark for mark in np.quantile(waits.hours[waits.ended], _MARKS).tolist() if _is_told(waits, mark)]
    seen, weights, intercept = _scores(matrix, waits, asked, has_text=bool(len(features.terms)), n_jobs=n_jobs)
    clock = fit_clock((waits.opened + waits.hours)[waits.ended])
    model = DurationModel(edges, weights, intercept, _trees(edges, seen, waits, clock, n_jobs), clock)
    return replace(model, correction=_correct(model, seen, waits))


def to_stretches(
    edges: NDArray[np.float64],
    scores: NDArray[np.float64],
    opened: NDArray[np.float64],
    clock: Clock,
) -> NDArray[np.float64]:
    """Return what the trees read of every stretch of every incident.

    Parameters
    ----------
    edges : ndarray of shape (n_bins + 1,)
    scores : ndarray of shape (n, n_marks)
    opened : ndarray of shape (n,)
        NaN where not known: the stretch is then as busy as any.
    clock : Clock

    Returns
    -------
    ndarray of float64 of shape (n * n_bins, 2 + n_marks)
        The number of the stretch, how busy it is, and the scores; an incident's stretches follow each other.
    """
    n_bins, n = len(edges) - 1, len(opened)
    found = np.empty((n, n_bins, 2 + scores.shape[1]))
    found[:, :, 0] = np.arange(n_bins)
    moments = opened[:, None] + edges
    known = ~np.isnan(opened)
    found[:, :, 1] = 1.0
    found[known, :, 1] = clock.between(moments[known, :-1], moments[known, 1:])
    found[:, :, 2:] = scores[:, None, :]
    return found.reshape(n * n_bins, -1)


def half_life(waits: Waits, days: float, incidents: int) -> float:
    """Return a half-life in hours: so many days, or the age of the newest so many incidents if that is more.

    Parameters
    ----------
    waits : Waits
        At least one.
    days : float
    incidents : int
        At least 1.
    """
    ages = np.sort(waits.age)
    return max(24.0 * days, float(ages[min(incidents, len(ages)) - 1]))


def _edges(waits: Waits) -> NDArray[np.float64]:
    n_bins = int(np.clip(waits.ended.sum() // _ENDS_A_BIN, 6, _MOST_BINS))
    wanted = np.append(np.arange(1, n_bins) / n_bins, _LAST_EDGE)
    times = np.unique(waits.hours[waits.ended])
    reached = ended_share(waits.hours, waits.ended, times)
    places = np.searchsorted(reached, wanted[wanted <= reached[-1]])
    found = np.unique(times[places])
    return np.concatenate(([0.0], found[found > _LEAST_EDGE]))


def _is_told(waits: Waits, mark: float) -> bool:
    by_then = _by(waits, mark)[_is_old(waits, mark)]
    return bool(min(by_then.sum(), (~by_then).sum()) >= _LEAST_OF_MARK)


def _is_old(waits: Waits, mark: float) -> NDArray[np.bool_]:
    # Not "or has ended": the young ones that did would all be quick.
    return np.asarray(waits.age >= mark)


def _by(waits: Waits, mark: float) -> NDArray[np.bool_]:
    return np.asarray(waits.ended & (waits.hours <= mark))


def _scores(
    matrix: csr_array, waits: Waits, marks: Sequence[float], *, has_text: bool, n_jobs: int
) -> tuple[NDArray[np.float64], NDArray[np.float32], NDArray[np.float64]]:
    """Return scores of shape (n, n_marks) that no row had a part in, and the weights and intercepts fitted on all."""
    n, age = len(waits), waits.age
    halved = half_life(waits, *_SCORE_HALF_LIFE)
    block = np.arange(n) * _BLOCKS // n
    asked: list[tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.float64]]] = []
    for mark in marks:
        is_old = _is_old(waits, mark)
        for left_out in range(_BLOCKS + 1):
            kept = np.flatnonzero(is_old & (block != left_out))
            # How far in time from those that will be scored: from the block left out, or from the moment.
            ages = age[block == left_out] if left_out < _BLOCKS else np.zeros(1)
            apart = np.maximum(np.maximum(ages.min() - age[kept], age[kept] - ages.max()), 0.0)
            asked.append((kept, _by(waits, mark)[kept], 0.5 ** (apart / halved)))
    jobs = n_jobs if matrix.nnz >= _WORTH_A_PROCESS else 1
    with threadpool_limits(1):
        found = Parallel(n_jobs=jobs)(
            delayed(_fit_score)(matrix[kept], ended, weights, has_text) for kept, ended, weights in asked
        )
    scores = np.empty((n, len(marks)))
    for at, (weights, intercept) in enumerate(found):
        mark, left_out = divmod(at, _BLOCKS + 1)
        chosen = block == left_out
        scores[chosen, mark] = matrix[chosen] @ weights + intercept
    of_all = found[_BLOCKS :: _BLOCKS + 1]
    if not of_all:
        return scores, np.zeros((matrix.shape[1], 0), np.float32), np.zeros(0)
    weights = np.column_stack([weights for weights, _ in of_all]).astype(np.float32)
    return scores, np.ascontiguousarray(weights), np.array([intercept for _, intercept in of_all])


def _fit_score(
    matrix: csr_array, ended: NDArray[np.bool_], weights: NDArray[np.float64], has_text: bool
) -> tuple[NDArray[np.float64], float]:
    if ended.all() or not ended.any():
        return np.zeros(matrix.shape[1]), 0.0
    # On text as the heads are fitted there: as good as a regression, and far faster.
    learner = (
        LinearSVC(C=_STRENGTH, random_state=0)
        if has_text
        else LogisticRegression(C=_STRENGTH, max_iter=_MOST_ITERATIONS)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        learner.fit(matrix, ended, sample_weight=weights)
    return learner.coef_[0], float(learner.intercept_[0])


def _trees(edges: NDArray[np.float64], scores: NDArray[np.float64], waits: Waits, clock: Clock, n_jobs: int) -> Trees:
    n, n_bins = len(waits), len(edges) - 1
    # A wait ends in the stretch whose later edge it does not pass; a case still open has outlived whole stretches only.
    ending = np.searchsorted(edges[1:], waits.hours, side="left")
    outlived = np.where(waits.ended, ending, np.searchsorted(edges[1:], waits.hours, side="right"))
    stretch = np.arange(n_bins)
    ends_here = waits.ended[:, None] & (ending[:, None] == stretch)
    seen = (outlived[:, None] > stretch) | ends_here
    middle = np.minimum((edges[:-1] + edges[1:]) / 2, waits.hours[:, None])
    quick, slow = half_life(waits, *_QUICK_HALF_LIFE), half_life(waits, *_SLOW_HALF_LIFE)
    # What a desk does at once changes faster than what it lets lie. The age is that of the waiting, not of the case.
    halved = np.interp(np.log1p(edges[:-1]), [0.0, np.log1p(_SLOW_HOURS)], [quick, slow])
    weights = 0.5 ** (np.maximum(waits.age[:, None] - middle, 0.0) / halved)
    # `to_stretches` on a few cases at a time would make the same rows; 60,000 cases of 20 stretches take 60 MB.
    X = to_stretches(edges, scores, waits.opened, clock).reshape(n, n_bins, -1)[seen]
    return fit_trees(X, ends_here[seen].astype(np.float64), weights[seen], _TREES, n_jobs)


def _correct(model: DurationModel, scores: NDArray[np.float64], waits: Waits) -> Correction:
    """Hold what the model says of the newest cases against how many of them have ended by then.

    By scores that these cases had no part in: by others the model would seem surer than it is of new ones.
    """
    late = np.flatnonzero(waits.age <= half_life(waits, *_CORRECTED_BY))
    if waits.ended[late].sum() < LEAST_ENDED:
        return NO_CORRECTION
    said = np.array([model.curve_of(scores[at], waits.opened[at]).ended_by(waits.hours[at]) for at in late.tolist()])
    true = ended_share(said, waits.ended[late], _KNOTS)
    true = np.where(_KNOTS > _CORRECTED_UP_TO, np.maximum(true[_KNOTS <= _CORRECTED_UP_TO].max(), _KNOTS), true)
    # A slope of its own for every knot, so that it can be turned round.
    rising = np.maximum.accumulate(true) + 1e-9 * _KNOTS
    rising[0] = 0.0
    return Correction(_KNOTS, rising / rising[-1])
