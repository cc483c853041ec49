"""Fits heads with scikit-learn and chooses their recipe on rows they were not fitted on. Never judges."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from triage.errors import DataError, Problem
from triage.learn.features import fit_features
from triage.learn.heads import Head, to_positions
from triage.learn.inputs import InputColumns, Inputs
from triage.learn.model import IncidentModel
from triage.learn.rows import Row, to_matrix
from triage.measure.calibration import Calibration, fit_calibration, log_losses
from triage.measure.scores import macro_f1

__all__ = ["EFFORTS", "Effort", "Recipe", "Targets", "check_labels", "choose_model", "refit_model"]

Targets = Mapping[str, Sequence[str | None]]


class Recipe(NamedTuple):
    """How a head is fitted.

    Parameters
    ----------
    strength : float
        Inverse regularisation strength, above 0; the larger, the closer the fit.
    half_life : float
        Share of the rows, counted back from the newest, after which a row weighs half; above 0, infinite for never.
    """

    strength: float
    half_life: float

    def as_document(self) -> dict[str, float | None]:
        """Return it as JSON values; JSON has no infinity, so null stands for it."""
        return {"strength": self.strength, "half_life": self.half_life if isfinite(self.half_life) else None}


@dataclass(frozen=True, slots=True)
class Effort:
    """What is tried: every strength at the first half-life, then the other half-lives at the best strength."""

    strengths: tuple[float, ...]
    half_lives: tuple[float, ...]


# What is tried, by effort. On the validation slices at hand a strength of .3 to 1 suits fields and 3 to 10 suits text;
# the steps are half a decade because neighbours differ by less than the slice's noise. Incidents change with time: a
# half-life of .3 lowered the log-loss on every set at hand (8-topic tickets .408 to .401, event log 1.525 to 1.476).
EFFORTS: Mapping[str, Effort] = MappingProxyType(
    {
        "quick": Effort(strengths=(3.0,), half_lives=(0.3,)),
        "normal": Effort(strengths=(0.3, 1.0, 3.0, 10.0), half_lives=(0.3, inf)),
        "thorough": Effort(strengths=(0.1, 0.3, 1.0, 3.0, 10.0, 30.0), half_lives=(0.3, 0.1, 1.0, inf)),
    }
)
# Enough for the held-out accuracy to settle to the third digit; full convergence takes three times as long.
_MOST_ITERATIONS = 100
# Values of the feature matrix from which a fit takes longer than starting a process for it (about 5 s).
_WORTH_A_PROCESS = 2_000_000


@dataclass(frozen=True, slots=True)
class _Task:
    target: str
    recipe: Recipe
    rows: NDArray[np.int64]
    labels: tuple[str, ...]
    weights: NDArray[np.float64]


def choose_model(
    fit: tuple[Inputs, Targets],
    held_out: tuple[Inputs, Targets],
    columns: InputColumns,
    effort: Effort,
    n_jobs: int = 1,
) -> tuple[IncidentModel, dict[str, Recipe]]:
    """Fit every head by several recipes, keep what does best on the held-out rows, and calibrate it there.

    Parameters
    ----------
    fit, held_out : tuple of Inputs and Targets
        Older rows, oldest first, and later ones.
    columns : InputColumns
        What the inputs were read from.
    effort : Effort
        What to try.
    n_jobs : int, default=1
        Fits at a time, through joblib.

    Returns
    -------
    IncidentModel
        Calibrated.
    dict of str to Recipe
        What was chosen for each target.

    Raises
    ------
    DataError
        When a target has fewer than two labels among the rows to fit, or those rows hold nothing to learn from.
    """
    inputs, targets = fit
    check_labels(targets)
    features = fit_features(inputs, columns)
    if not len(features):
        raise DataError("Nothing can be learnt: no two of the texts to fit share a word, and no field is read.")
    matrix = to_matrix(features.rows(inputs), len(features))
    held_rows = features.rows(held_out[0])
    first, *others = effort.half_lives
    tried: dict[str, list[_Scored]] = {target: [] for target in targets}
    wanted = [(target, Recipe(strength, first)) for target in targets for strength in effort.strengths]
    for _ in range(2):
        for (target, recipe), head in zip(wanted, _fit_heads(matrix, targets, wanted, n_jobs), strict=True):
            tried[target].append(_score(recipe, head, held_rows, held_out[1][target]))
        best = {target: _choose(scored) for target, scored in tried.items()}
        wanted = [(target, Recipe(best[target].recipe.strength, other)) for target in targets for other in others]
    heads = tuple(best[target].head for target in targets)
    return IncidentModel(features, heads), {target: best[target].recipe for target in targets}


def refit_model(
    judged: IncidentModel, inputs: Inputs, targets: Targets, recipes: Mapping[str, Recipe], n_jobs: int = 1
) -> IncidentModel:
    """Fit again on all rows, by the recipes and with the calibration that were chosen before.

    Parameters
    ----------
    judged : IncidentModel
        What was chosen and judged; its calibrations are carried over.
    inputs, targets
        All rows, oldest first.
    recipes : mapping of str to Recipe
        As chosen for each target.
    n_jobs : int, default=1
    """
    features = fit_features(inputs, judged.columns)
    matrix = to_matrix(features.rows(inputs), len(features))
    fitted = _fit_heads(matrix, targets, list(recipes.items()), n_jobs)
    return IncidentModel(
        features, tuple(replace(head, calibration=judged.head(head.target).calibration) for head in fitted)
    )


def check_labels(targets: Targets) -> None:
    """Refuse targets that nothing can be learnt about.

    Parameters
    ----------
    targets : mapping of str to labels
        Of the rows to fit.

    Raises
    ------
    DataError
        When a target has fewer than two different labels; names every such target.
    """
    found = {target: sorted({label for label in labels if label is not None}) for target, labels in targets.items()}
    message = "needs at least two different labels among the rows to fit"
    problems = [Problem(message, target, got="".join(labels)) for target, labels in found.items() if len(labels) < 2]
    if problems:
        raise DataError(f"Cannot be learnt: {', '.join(problem.where for problem in problems)}.", problems)


def _fit_heads(matrix: csr_array, targets: Targets, wanted: Sequence[tuple[str, Recipe]], n_jobs: int) -> list[Head]:
    tasks = [_to_task(target, recipe, targets[target]) for target, recipe in wanted]
    jobs = n_jobs if matrix.nnz >= _WORTH_A_PROCESS else 1
    # The solver's vectors are too short for threads: one BLAS thread fits the sample in a fifth of the time of two.
    with threadpool_limits(1):
        return list(Parallel(n_jobs=jobs)(delayed(_fit_head)(matrix[task.rows], task) for task in tasks))


def _to_task(target: str, recipe: Recipe, labels: Sequence[str | None]) -> _Task:
    rows = np.array([row for row, label in enumerate(labels) if label is not None], np.int64)
    age = (len(labels) - 1 - rows) / len(labels)
    weights = 0.5 ** (age / recipe.half_life)
    # A mean of 1 keeps the strength's meaning.
    return _Task(target, recipe, rows, tuple(label for label in labels if label is not None), weights / weights.mean())


def _fit_head(matrix: csr_array, task: _Task) -> Head:
    classes = tuple(sorted(set(task.labels)))
    truth = to_positions(task.labels, classes)
    learner = LogisticRegression(C=task.recipe.strength, max_iter=_MOST_ITERATIONS)
    with warnings.catch_warnings():
        # Stopping early is meant: the held-out rows say whether it was enough.
        warnings.simplefilter("ignore", ConvergenceWarning)
        learner.fit(matrix, truth, sample_weight=task.weights)
    weights, intercept = learner.coef_.T, learner.intercept_
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


@dataclass(frozen=True, slots=True)
class _Scored:
    recipe: Recipe
    head: Head
    losses: NDArray[np.float64]
    macro_f1: float


def _score(recipe: Recipe, head: Head, rows: Sequence[Row], labels: Sequence[str | None]) -> _Scored:
    truth = to_positions(labels, head.classes)
    margins, known = head.margins(rows)[truth >= 0], truth[truth >= 0]
    calibration = fit_calibration(margins, known)
    found = calibration.apply(margins)
    return _Scored(
        recipe, replace(head, calibration=calibration), log_losses(found, known), macro_f1(known, found.argmax(axis=1))
    )


def _choose(tried: Sequence[_Scored]) -> _Scored:
    """Choose by log-loss, which promises rest on, and by macro-F1 where that is a tie: rare labels count too.

    A tie is what is within one standard error of the best, row by row.
    """
    best = min(tried, key=lambda each: each.losses.sum())
    tied = [each for each in tried if _is_tied(each.losses - best.losses)]
    return max(tied, key=lambda each: each.macro_f1)


def _is_tied(excess: NDArray[np.float64]) -> bool:
    if not len(excess):
        return True
    return bool(excess.mean() <= excess.std() / np.sqrt(len(excess)))
