"""Fits one risk: boosted trees and a linear part, open cases counted by what is to be expected. Chooses nothing."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import expit
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from triage.learn.boosting import Boosting, fit_trees
from triage.learn.features import Features
from triage.learn.linear import row_weights
from triage.learn.open_cases import Course, expect_outcomes
from triage.learn.outcome_shares import OutcomeShares, collect_shares
from triage.learn.risks import LINEAR_SHARE, RiskHead
from triage.learn.rows import Rows, to_matrix
from triage.learn.trees import NO_TREES

__all__ = ["RiskLessons", "RiskRecipe", "fit_risk"]

_Floats = NDArray[np.float64]

# .3 of the history was better than none on every slice of the event log.
_HALF_LIFE = 0.3
_MOST_ITERATIONS = 100
# Steps of expectation, by the linear part alone: areas under the curve for breach of .811, .814 and .782 on three older
# slices of the event log; with trees in each step .781, .786 and .776. By four steps one slice falls by .033.
_STEPS = 2
_FOLDS = 3
# The newest of a larger history: the columns of the trees would take gigabytes.
_MOST_ROWS = 200_000


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


def fit_risk(features: Features, lessons: RiskLessons, name: str, recipe: RiskRecipe) -> RiskHead:
    """Fit one risk by a recipe; what it says is not calibrated.

    Parameters
    ----------
    features : Features
    lessons : RiskLessons
    name : str
        A key of the lessons' truths.
    recipe : RiskRecipe
    """
    kept, truth, course = lessons.of(name)
    rows = lessons.rows.take(kept)
    n_fields = len(features.fields.values)
    ends = rows.starts[1:, None] - np.arange(n_fields, 0, -1)
    numbers = rows.ids[ends] - np.int32(len(features.terms))
    material = _Material(
        features, rows, to_matrix(rows, len(features)), numbers, recipe, row_weights(len(kept), _HALF_LIFE)
    )
    weights, intercept = _fit_linear(material, truth)
    is_open = ~course.ended
    opened = rows.take(np.flatnonzero(is_open))
    for _ in range(_STEPS if is_open.any() else 0):
        at_opening = np.zeros(len(kept))
        at_opening[is_open] = expit(_linear_head(name, features, weights, intercept).margins(opened, features))
        truth = expect_outcomes(course, np.where(np.isnan(truth), at_opening, truth), at_opening)
        weights, intercept = _fit_linear(material, truth)
    linear = _linear_head(name, features, weights, intercept)
    return _with_trees(linear, material, truth) if recipe.with_trees else linear


@dataclass(frozen=True, slots=True, eq=False)
class _Material:
    """The rows that one risk is learnt from."""

    features: Features
    rows: Rows
    matrix: csr_array
    numbers: NDArray[np.int32]
    recipe: RiskRecipe
    recency: _Floats


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
    # By lot: every third case may be the bad one, and a fold would then know nothing of such.
    folds = np.random.default_rng(0).permutation(len(likely)) % _FOLDS
    found = np.zeros(len(likely))
    for fold in range(_FOLDS):
        left = folds == fold
        weights, _ = _fit_linear(material, np.where(left, np.nan, likely))
        found[left] = of_text[left] @ weights[:cut, 0].astype(np.float64)
    return found
