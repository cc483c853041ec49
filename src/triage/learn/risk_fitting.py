"""Fits risks: boosted trees and a linear part, open cases counted by what is to be expected of them. Never judges."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import expit
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from triage.learn.boosting import Boosting, fit_trees
from triage.learn.features import Features
from triage.learn.linear import row_weights
from triage.learn.open_cases import Course, expect_outcomes
from triage.learn.outcome_shares import OutcomeShares, collect_shares
from triage.learn.risks import LINEAR_SHARE, RiskHead, RiskModel
from triage.learn.rows import Rows, to_matrix
from triage.learn.trees import NO_TREES
from triage.measure.sigmoid import binary_losses, fit_sigmoid

__all__ = ["RiskLessons", "RiskRecipe", "choose_risks", "refit_risks"]

_Floats = NDArray[np.float64]

# Below that many incidents of either kind nothing can be told of a risk: the trees' leaves hold 30.
_LEAST_CASES = 30
# Strengths of the linear part: fields and their pairs want the first, words the second.
_STRENGTHS = (0.1, 1.0)
# .3 of the history was better than none on every slice of the event log.
_HALF_LIFE = 0.3
_MOST_ITERATIONS = 100
# Steps of expectation, by the linear part alone: areas under the curve for breach of .811, .814 and .782 on three older
# slices of the event log; with trees in each step .781, .786 and .776. By four steps one slice falls by .033.
_STEPS = 2
# Nothing moves after ten. After two, and by the course of the held-out cases alone, breaches on the event log were
# foretold at half their rate: they take longer than the held-out rows are old.
_CALIBRATION_STEPS = 10
_FOLDS = 3
# The newest of a larger history: the columns of the trees would take gigabytes.
_MOST_ROWS = 200_000
# Values of the feature matrix from which a fit takes longer than starting a process for it.
_WORTH_A_PROCESS = 2_000_000


class RiskRecipe(NamedTuple):
    """How a risk is fitted.

    Parameters
    ----------
    strength : float
        Inverse regularisation strength of the linear part, above 0.
    with_trees : bool
    """

    strength: float
    with_trees: bool


@dataclass(frozen=True, slots=True, eq=False)
class RiskLessons:
    """What risks are learnt from, oldest first.

    Parameters
    ----------
    rows : Rows
        The incidents' features.
    truths : mapping of str to ndarray of shape (n,)
        By risk: 1 or 0, NaN where nobody says. What is said of a case that is still open is not read.
    course : Course
        How far the cases had come when they are learnt from.
    """

    rows: Rows
    truths: Mapping[str, _Floats]
    course: Course

    def of(self, name: str) -> tuple[NDArray[np.int64], _Floats, Course]:
        """Return the rows that say something of a risk, their truths (NaN: open) and their course."""
        truth = np.where(self.course.ended, self.truths[name], np.nan)
        kept = np.flatnonzero(~(self.course.ended & np.isnan(truth)))[-_MOST_ROWS:]
        return kept, truth[kept], self.course.take(kept)


def choose_risks(
    features: Features, fit: RiskLessons, held_out: RiskLessons, n_jobs: int = 1
) -> tuple[RiskModel, dict[str, RiskRecipe]]:
    """Fit every risk that there are enough cases of, choose its recipe on held-out rows, and calibrate it there.

    Parameters
    ----------
    features : Features
    fit, held_out : RiskLessons
        Older rows, and later ones.
    n_jobs : int, default=1
        Risks at a time, through joblib.

    Returns
    -------
    RiskModel
        Without the risks of which fewer than 30 cases, or fewer than 30 others, are over.
    dict of str to RiskRecipe
    """
    enough = [name for name in fit.truths if _is_enough(fit, name)]
    chosen = _in_parallel(n_jobs, fit, [delayed(_choose)(features, fit, held_out, name) for name in enough])
    heads = tuple(head for head, _ in chosen)
    return RiskModel(features, heads), {head.name: recipe for head, recipe in chosen}


def refit_risks(
    judged: RiskModel, features: Features, lessons: RiskLessons, recipes: Mapping[str, RiskRecipe], n_jobs: int = 1
) -> RiskModel:
    """Fit again on all rows, by the recipes and with the calibration that were chosen before.

    Parameters
    ----------
    judged : RiskModel
    features : Features
        Those of the model that serves.
    lessons : RiskLessons
    recipes : mapping of str to RiskRecipe
    n_jobs : int, default=1
    """
    jobs = [delayed(_fit)(features, lessons, name, recipe) for name, recipe in recipes.items()]
    fitted: list[RiskHead] = _in_parallel(n_jobs, lessons, jobs)
    before = {head.name: head for head in judged.heads}
    heads = (replace(head, scale=before[head.name].scale, shift=before[head.name].shift) for head in fitted)
    return RiskModel(features, tuple(heads))


def _in_parallel(n_jobs: int, lessons: RiskLessons, jobs: Sequence[object]) -> list:  # type: ignore[type-arg]  # joblib's
    worth_it = len(lessons.rows.ids) >= _WORTH_A_PROCESS
    with threadpool_limits(1):
        return list(Parallel(n_jobs=n_jobs if worth_it else 1)(jobs))


def _is_enough(lessons: RiskLessons, name: str) -> bool:
    _, truth, _ = lessons.of(name)
    return min(int((truth == 1.0).sum()), int((truth == 0.0).sum())) >= _LEAST_CASES


def _choose(features: Features, fit: RiskLessons, held_out: RiskLessons, name: str) -> tuple[RiskHead, RiskRecipe]:
    jury = _Jury(features, fit, held_out, name)
    tried = [RiskRecipe(strength, with_trees=False) for strength in _STRENGTHS]
    best = _best([_calibrate(_fit(features, fit, name, recipe), jury, recipe) for recipe in tried])
    if features.fields.values:
        recipe = best.recipe._replace(with_trees=True)
        best = _best([_calibrate(_fit(features, fit, name, recipe), jury, recipe), best])
    return best.head, best.recipe


@dataclass(frozen=True, slots=True, eq=False)
class _Tried:
    """A calibrated head, what it says of the held-out rows, and what it expects of those that are open."""

    head: RiskHead
    recipe: RiskRecipe
    found: _Floats
    likely: _Floats


def _best(tried: Sequence[_Tried]) -> _Tried:
    """Return the first, unless another is better by more than a standard error, row by row.

    They are judged by what all of them expect of the open cases: by its own expectations each would be right.
    """
    likely = np.mean([each.likely for each in tried], axis=0)
    losses = [binary_losses(each.found, likely) for each in tried]
    best = 0
    for at in range(1, len(tried)):
        gains = losses[best] - losses[at]
        if len(gains) and gains.mean() > gains.std() / np.sqrt(len(gains)):
            best = at
    return tried[best]


class _Jury:
    """The held-out rows that say something of a risk, and the course of all cases, the older ones' included."""

    def __init__(self, features: Features, fit: RiskLessons, held_out: RiskLessons, name: str) -> None:
        kept, self.truth, self.course = held_out.of(name)
        self.features = features
        self.rows = _take(held_out.rows, kept)
        _, before, course = fit.of(name)
        self._over = course.take(np.flatnonzero(course.ended))
        self._before = before[course.ended]

    def expect(self, likely: _Floats, at_opening: _Floats) -> _Floats:
        """Return what is to be expected of the held-out rows, by how long cases of either kind have always taken."""
        n_before = len(self._before)
        course = Course(
            np.concatenate([self._over.ended, self.course.ended]), np.concatenate([self._over.hours, self.course.hours])
        )
        found = expect_outcomes(
            course, np.concatenate([self._before, likely]), np.concatenate([np.zeros(n_before), at_opening])
        )
        return found[n_before:]


def _calibrate(head: RiskHead, jury: _Jury, recipe: RiskRecipe) -> _Tried:
    """Calibrate on the held-out cases that are over, then on all of them by what is to be expected of the open ones."""
    margins, likely, known = head.margins(jury.rows, jury.features), jury.truth, jury.course.ended
    scale, shift = fit_sigmoid(margins[known], likely[known])
    for _ in range(0 if known.all() else _CALIBRATION_STEPS):
        at_opening = expit(margins * scale + shift)
        likely = jury.expect(np.where(np.isnan(likely), at_opening, likely), at_opening)
        scale, shift = fit_sigmoid(margins, likely)
    found = np.asarray(expit(margins * scale + shift))
    return _Tried(replace(head, scale=scale, shift=shift), recipe, found, likely)


@dataclass(frozen=True, slots=True, eq=False)
class _Material:
    """The rows that one risk is learnt from."""

    features: Features
    rows: Rows
    matrix: csr_array
    numbers: NDArray[np.int32]
    recipe: RiskRecipe
    recency: _Floats


def _fit(features: Features, lessons: RiskLessons, name: str, recipe: RiskRecipe) -> RiskHead:
    kept, truth, course = lessons.of(name)
    rows = _take(lessons.rows, kept)
    n_fields = len(features.fields.values)
    ends = rows.starts[1:, None] - np.arange(n_fields, 0, -1)
    numbers = rows.ids[ends] - np.int32(len(features.terms))
    material = _Material(
        features, rows, to_matrix(rows, len(features)), numbers, recipe, row_weights(len(kept), _HALF_LIFE)
    )
    weights, intercept = _fit_linear(material, truth)
    is_open = ~course.ended
    opened = _take(rows, np.flatnonzero(is_open))
    for _ in range(_STEPS if is_open.any() else 0):
        at_opening = np.zeros(len(kept))
        at_opening[is_open] = expit(_linear_head(name, features, weights, intercept).margins(opened, features))
        truth = expect_outcomes(course, np.where(np.isnan(truth), at_opening, truth), at_opening)
        weights, intercept = _fit_linear(material, truth)
    linear = _linear_head(name, features, weights, intercept)
    return _with_trees(linear, material, truth) if recipe.with_trees else linear


def _linear_head(name: str, features: Features, weights: NDArray[np.float32], intercept: float) -> RiskHead:
    none = OutcomeShares(*(np.zeros(features.fields.n_features, np.float32) for _ in range(2)))
    return RiskHead(name, weights, intercept, none, NO_TREES, linear_share=1.0)


def _with_trees(linear: RiskHead, material: _Material, likely: _Floats) -> RiskHead:
    """Boost trees on truths of which NaN teaches nothing, and a probability both ends by their share."""
    counted = (~np.isnan(likely)).astype(np.float64)
    columns, known = collect_shares(material.numbers, np.nan_to_num(likely), counted, material.features.fields)
    read = columns.astype(np.float64)
    if len(material.features.terms):
        read = np.column_stack([read, _out_of_fold(material, likely)])
    at, ends, shares = _both_ends(likely)
    trees = fit_trees(read[at], ends, shares, Boosting())
    return replace(linear, known=known, trees=trees, linear_share=LINEAR_SHARE)


def _both_ends(likely: _Floats) -> tuple[NDArray[np.int64], _Floats, _Floats]:
    """Return rows, their ends and what they count: a row whose end is likely stands there twice, NaN not at all."""
    rows = np.flatnonzero(~np.isnan(likely))
    at = np.concatenate([rows, rows])
    ends = np.repeat([1.0, 0.0], len(rows))
    shares = np.concatenate([likely[rows], 1.0 - likely[rows]])
    return at[shares > 0.0], ends[shares > 0.0], shares[shares > 0.0]


def _fit_linear(material: _Material, likely: _Floats) -> tuple[NDArray[np.float32], float]:
    at, ends, shares = _both_ends(likely)
    learner = LogisticRegression(C=material.recipe.strength, max_iter=_MOST_ITERATIONS)
    with warnings.catch_warnings():
        # Stopping early is meant: the held-out rows say whether it was enough.
        warnings.simplefilter("ignore", ConvergenceWarning)
        learner.fit(material.matrix[at], ends, sample_weight=shares * material.recency[at])
    return np.ascontiguousarray(learner.coef_.T, np.float32), float(learner.intercept_[0])


def _out_of_fold(material: _Material, likely: _Floats) -> _Floats:
    """Return what linear parts that were fitted on the other folds say of each row's text."""
    cut = len(material.features.terms)
    of_text = material.matrix[:, :cut]
    folds = np.arange(len(likely)) % _FOLDS
    found = np.zeros(len(likely))
    for fold in range(_FOLDS):
        left = folds == fold
        weights, _ = _fit_linear(material, np.where(left, np.nan, likely))
        found[left] = of_text[left] @ weights[:cut, 0].astype(np.float64)
    return found


def _take(rows: Rows, kept: NDArray[np.int64]) -> Rows:
    if len(kept) == len(rows):
        return rows
    lengths = np.diff(rows.starts)[kept]
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    at = np.repeat(rows.starts[kept] - starts[:-1], lengths) + np.arange(starts[-1])
    return Rows(starts, rows.ids[at], rows.values[at])
