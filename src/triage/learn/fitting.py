"""Fits heads with scikit-learn and chooses their strength on rows they were not fitted on. Never judges."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from triage.errors import DataError, Problem
from triage.learn.features import Features, fit_features
from triage.learn.heads import Head, to_positions
from triage.learn.inputs import InputColumns, Inputs
from triage.learn.model import IncidentModel
from triage.learn.rows import Row, to_matrix
from triage.measure.calibration import Calibration, fit_calibration, log_loss

__all__ = ["STRENGTHS", "Targets", "check_labels", "choose_model", "refit_model"]

Targets = Mapping[str, Sequence[str | None]]

# Inverse regularisation strengths that are tried, by effort. On the validation slices at hand .3 to 1 suits fields and
# 3 to 10 suits text; the steps are half a decade because neighbours differ by less than the slice's noise.
STRENGTHS: Mapping[str, tuple[float, ...]] = {
    "quick": (3.0,),
    "normal": (0.3, 1.0, 3.0, 10.0),
    "thorough": (0.1, 0.3, 1.0, 3.0, 10.0, 30.0),
}
# Enough for the held-out accuracy to settle to the third digit; full convergence takes three times as long.
_MOST_ITERATIONS = 100


@dataclass(frozen=True, slots=True)
class _Task:
    target: str
    strength: float
    rows: NDArray[np.int64]
    labels: tuple[str, ...]


def choose_model(
    fit: tuple[Inputs, Targets],
    held_out: tuple[Inputs, Targets],
    columns: InputColumns,
    strengths: Sequence[float],
    n_jobs: int = 1,
) -> tuple[IncidentModel, dict[str, float]]:
    """Fit every head at every strength, keep what does best on the held-out rows, and calibrate it there.

    Parameters
    ----------
    fit, held_out : tuple of Inputs and Targets
        Older rows, and later ones.
    columns : InputColumns
        What the inputs were read from.
    strengths : sequence of float
        Inverse regularisation strengths, each above 0.
    n_jobs : int, default=1
        Fits at a time, through joblib.

    Returns
    -------
    IncidentModel
        Calibrated.
    dict of str to float
        The strength chosen for each target.

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
    candidates = _fit_heads(features, inputs, targets, dict.fromkeys(targets, strengths), n_jobs)
    rows = features.rows(held_out[0])
    heads: list[Head] = []
    chosen: dict[str, float] = {}
    for target in targets:
        tried = [(strength, head) for (name, strength), head in candidates.items() if name == target]
        strength, head, calibration = _choose_head(tried, rows, held_out[1][target])
        heads.append(replace(head, calibration=calibration))
        chosen[target] = strength
    return IncidentModel(features, tuple(heads)), chosen


def refit_model(
    judged: IncidentModel, inputs: Inputs, targets: Targets, strengths: Mapping[str, float], n_jobs: int = 1
) -> IncidentModel:
    """Fit again on all rows, with the strengths and the calibration that were chosen before.

    Parameters
    ----------
    judged : IncidentModel
        What was chosen and judged; its calibrations are carried over.
    inputs, targets
        All rows.
    strengths : mapping of str to float
        As chosen for each target.
    n_jobs : int, default=1
    """
    features = fit_features(inputs, judged.columns)
    fitted = _fit_heads(features, inputs, targets, {name: (value,) for name, value in strengths.items()}, n_jobs)
    heads = (replace(head, calibration=judged.head(name).calibration) for (name, _), head in fitted.items())
    return IncidentModel(features, tuple(heads))


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


def _fit_heads(
    features: Features, inputs: Inputs, targets: Targets, strengths: Mapping[str, Sequence[float]], n_jobs: int
) -> dict[tuple[str, float], Head]:
    matrix = to_matrix(features.rows(inputs), len(features))
    tasks = [_to_task(target, strength, labels) for target, labels in targets.items() for strength in strengths[target]]
    heads = Parallel(n_jobs=n_jobs)(delayed(_fit_head)(matrix[task.rows], task) for task in tasks)
    return {(task.target, task.strength): head for task, head in zip(tasks, heads, strict=True)}


def _to_task(target: str, strength: float, labels: Sequence[str | None]) -> _Task:
    rows = np.array([row for row, label in enumerate(labels) if label is not None], np.int64)
    return _Task(target, strength, rows, tuple(label for label in labels if label is not None))


def _fit_head(matrix: csr_array, task: _Task) -> Head:
    classes = tuple(sorted(set(task.labels)))
    truth = to_positions(task.labels, classes)
    learner = LogisticRegression(C=task.strength, max_iter=_MOST_ITERATIONS)
    with warnings.catch_warnings():
        # Stopping early is meant: the held-out rows say whether it was enough.
        warnings.simplefilter("ignore", ConvergenceWarning)
        learner.fit(matrix, truth)
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
        majority=int(np.bincount(truth).argmax()),
    )


def _choose_head(
    tried: Sequence[tuple[float, Head]], rows: Sequence[Row], labels: Sequence[str | None]
) -> tuple[float, Head, Calibration]:
    """Choose by log-loss once calibrated: less noisy than accuracy on few rows, and promises rest on it."""
    scored = []
    for strength, head in tried:
        truth = to_positions(labels, head.classes)
        margins, known = head.margins(rows)[truth >= 0], truth[truth >= 0]
        calibration = fit_calibration(margins, known)
        loss = log_loss(calibration.apply(margins), known) if len(known) else 0.0
        scored.append((loss, strength, head, calibration))
    _, strength, head, calibration = min(scored, key=lambda entry: entry[:2])
    return strength, head, calibration
