"""Fits the linear part of heads with scikit-learn. Chooses nothing."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import NamedTuple

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from triage.learn.heads import Head, to_positions
from triage.learn.telling import scaled, telling_weights
from triage.measure.calibration import Calibration
from triage.parts import JSON

__all__ = ["Recipe", "fit_linear_heads", "row_weights"]

# Enough for the held-out accuracy to settle to the third digit; full convergence takes three times as long.
_MOST_ITERATIONS = 100
# Values of the feature matrix from which a fit takes longer than starting a process for it (about 5 s).
_WORTH_A_PROCESS = 2_000_000
# Turns the support vector machine's margins into log-odds, roughly; calibration and mixing start from there.
_MARGIN_SCALE = 3.0
# A strength means about the same closeness of fit to both: .2 of the machine is 3 of the regression.
_STRENGTH_OF_MACHINE = 15.0
NO_PIECES = slice(0, 0)


class Recipe(NamedTuple):
    """How a head is fitted.

    Parameters
    ----------
    strength : float
        Inverse regularisation strength of the linear part, above 0; the larger, the closer the fit.
    half_life : float
        Share of the rows, counted back from the newest, after which a row weighs half; above 0, infinite for never.
    shares : tuple of float, default=(1.0,)
        How much the linear part counts, and where there are any, the hidden units and the statistics of fields.
    shifts : tuple of (str, float), default=()
        What is added to a label's log-odds, as it has become commoner or rarer since.
    pieces : float, default=1.0
        How much pieces of words weigh in the linear part against what they usually do; above 0.
    """

    strength: float
    half_life: float
    shares: tuple[float, ...] = (1.0,)
    shifts: tuple[tuple[str, float], ...] = ()
    pieces: float = 1.0

    def as_document(self) -> dict[str, JSON]:
        """Return it as JSON values; JSON has no infinity, so null stands for it."""
        return {
            "strength": self.strength,
            "half_life": self.half_life if isfinite(self.half_life) else None,
            "shares": list(self.shares),
            "shifts": dict(self.shifts),
            "pieces": self.pieces,
        }


@dataclass(frozen=True, slots=True)
class _Task:
    target: str
    recipe: Recipe
    rows: NDArray[np.int64]
    labels: tuple[str, ...]
    weights: NDArray[np.float64]


def row_weights(n_rows: int, half_life: float) -> NDArray[np.float64]:
    """Return each row's weight, oldest first: halved with every half-life of age; their mean is 1."""
    age = np.arange(n_rows)[::-1] / n_rows
    weights = 0.5 ** (age / half_life)
    return np.asarray(weights / weights.mean())


def fit_linear_heads(
    matrix: csr_array,
    wanted: Sequence[tuple[str, Recipe, Sequence[str | None]]],
    n_jobs: int,
    *,
    has_text: bool,
    pieces: slice = NO_PIECES,
) -> list[Head]:
    """Fit one head for each target, recipe and labels that are wanted; none is calibrated.

    Parameters
    ----------
    matrix : csr_array of shape (n_rows, n_features)
        Oldest row first.
    wanted : sequence of (target, recipe, labels)
        A label a row; None where it is not known.
    n_jobs : int
        Fits at a time.
    has_text : bool
        Whether the features are those of texts, among others.
    pieces : slice, optional
        Which of them are pieces of words.

    Notes
    -----
    On fields alone, multinomial logistic regression: its margins are log-odds. On text, linear support vector machines
    against the rest: as good, and seconds where the regression takes minutes. They see what tells the target's labels
    larger (:mod:`triage.learn.telling`), which is folded into their weights.
    """
    tasks = [_to_task(target, recipe, labels) for target, recipe, labels in wanted]
    jobs = n_jobs if matrix.nnz >= _WORTH_A_PROCESS else 1
    # The solver's vectors are too short for threads: one BLAS thread fits the sample in a fifth of the time of two.
    with threadpool_limits(1):
        return list(
            Parallel(n_jobs=jobs)(delayed(_fit_head)(matrix[task.rows], task, has_text, pieces) for task in tasks)
        )


def _to_task(target: str, recipe: Recipe, labels: Sequence[str | None]) -> _Task:
    rows = np.array([row for row, label in enumerate(labels) if label is not None], np.int64)
    weights = row_weights(len(labels), recipe.half_life)[rows]
    # A mean of 1 keeps the strength's meaning.
    return _Task(target, recipe, rows, tuple(label for label in labels if label is not None), weights / weights.mean())


def _fit_head(matrix: csr_array, task: _Task, has_text: bool, pieces: slice) -> Head:
    weighed = np.ones(matrix.shape[1])
    if task.recipe.pieces != 1.0:
        weighed[pieces] = task.recipe.pieces
        matrix = scaled(matrix, weighed)
    classes = tuple(sorted(set(task.labels)))
    truth = to_positions(task.labels, classes)
    if has_text:
        told = telling_weights(matrix, [truth])
        matrix, weighed = scaled(matrix, told), weighed * told
        learner = LinearSVC(C=task.recipe.strength / _STRENGTH_OF_MACHINE, random_state=0)
    else:
        learner = LogisticRegression(C=task.recipe.strength, max_iter=_MOST_ITERATIONS)
    with warnings.catch_warnings():
        # Stopping early is meant: the held-out rows say whether it was enough.
        warnings.simplefilter("ignore", ConvergenceWarning)
        # Small histories of many labels are taken for numbers.
        warnings.filterwarnings("ignore", "The number of unique classes is greater than 50%", UserWarning)
        learner.fit(matrix, truth, sample_weight=task.weights)
    scale = _MARGIN_SCALE if has_text else 1.0
    # A feature that weighs more in the fit is one whose weight counts for more in a row as it is.
    weights, intercept = learner.coef_.T * scale * weighed[:, None], learner.intercept_ * scale
    if len(classes) == 2:
        # scikit-learn keeps one column for two classes: the second's margin over the first's.
        weights, intercept = np.hstack([-weights / 2, weights / 2]), np.append(-intercept / 2, intercept / 2)
    return Head(
        target=task.target,
        classes=classes,
        weights=np.ascontiguousarray(weights, np.float32),
        intercept=np.asarray(intercept, np.float64),
        calibration=Calibration(),
    )
