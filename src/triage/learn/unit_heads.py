"""Fits heads that answer from hidden units alone: of memory, what the features need, however long the history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from triage.learn.bag_fitting import UNITS_A_BAG, HeadTruth, fit_bag
from triage.learn.features import Features
from triage.learn.heads import Head, to_positions
from triage.learn.inputs import Inputs
from triage.learn.lessons import to_source
from triage.learn.linear import Recipe, row_weights
from triage.learn.model import IncidentModel
from triage.learn.rows import to_matrix
from triage.learn.telling import telling_weights
from triage.measure.calibration import Calibration, fit_calibration

__all__ = ["UNITS_ALONE", "calibrated", "fit_unit_heads", "is_units_alone", "units_a_start"]

# How such a head is fitted: no linear part, and the half-life of hidden units everywhere.
UNITS_ALONE = Recipe(strength=0.0, half_life=0.5, shares=(0.0, 1.0))
# More labels than units cannot be told apart well: on 50,000 made tickets with a target of 72 labels, its accuracy was
# .69 by 64 units and .71 by 128 (LinearSVC .70).
_FEW_LABELS = 64
# One number is found on them; the newest are most like what comes.
_MOST_CALIBRATED_ON = 10_000
_LEAST = 1e-30
# What tells labels apart is told by so many rows: as well as by all, in a tenth of the time of a fit of 50,000.
_MOST_TOLD_BY = 16_384


def is_units_alone(recipe: Recipe) -> bool:
    """Return whether a head by this recipe has no linear part."""
    return recipe.shares == UNITS_ALONE.shares


def units_a_start(n_labels: int) -> int:
    """Return the hidden units a start that suit so many labels, those of all targets."""
    return UNITS_A_BAG if n_labels <= _FEW_LABELS else 2 * UNITS_A_BAG


def fit_unit_heads(
    features: Features, inputs: Inputs, targets: Mapping[str, Sequence[str | None]], n_bags: int, n_jobs: int = 1
) -> IncidentModel:
    """Fit one hidden layer for all targets, and a head for each; none is calibrated.

    Parameters
    ----------
    features : Features
        Learnt from the same rows.
    inputs : Inputs
        Oldest first.
    targets : mapping of str to labels
    n_bags : int
        Random starts, at least 1.
    n_jobs : int, default=1

    Notes
    -----
    In time a ticket of 50 words takes some 100 us a start with its rows held in memory (up to 60,000 tickets) and 250
    us beyond; in memory 260 bytes a feature and start, of which there are at most 800,000.
    """
    classes = {target: sorted({label for label in labels if label is not None}) for target, labels in targets.items()}
    truths = [HeadTruth(to_positions(targets[target], known), len(known)) for target, known in classes.items()]
    weights = row_weights(len(inputs), UNITS_ALONE.half_life)
    n_units = units_a_start(sum(map(len, classes.values())))
    source = to_source(features, inputs, _what_tells(features, inputs, truths))
    fitted = fit_bag(source, truths, weights, n_bags, n_jobs, n_units)
    heads = tuple(
        Head(
            target=target,
            classes=tuple(known),
            weights=np.zeros((0, len(known)), np.float32),
            intercept=intercept.astype(np.float64),
            calibration=Calibration(),
            outputs=outputs,
        )
        for (target, known), outputs, intercept in zip(classes.items(), fitted.outputs, fitted.intercepts, strict=True)
    )
    return IncidentModel(features, heads, fitted.bag)


def _what_tells(features: Features, inputs: Inputs, truths: Sequence[HeadTruth]) -> NDArray[np.float32] | None:
    """Return what the values of texts are multiplied by, from some rows of the whole history; None without texts."""
    if not len(features.terms):
        return None
    rows = np.unique(np.linspace(0, len(inputs) - 1, _MOST_TOLD_BY).astype(np.int64))
    matrix = to_matrix(features.rows(inputs.take(rows.tolist())), len(features))
    return telling_weights(matrix, [truth.positions[rows] for truth in truths]).astype(np.float32)


def calibrated(model: IncidentModel, held_out: tuple[Inputs, Mapping[str, Sequence[str | None]]]) -> IncidentModel:
    """Return the model calibrated on the newest rows of a slice that it was not fitted on.

    Parameters
    ----------
    model : IncidentModel
        Not calibrated.
    held_out : tuple of Inputs and labels by target
    """
    inputs, targets = held_out
    rows = range(max(0, len(inputs) - _MOST_CALIBRATED_ON), len(inputs))
    found = model.probabilities(inputs.take(rows))
    heads = []
    for head in model.heads:
        truth = to_positions([targets[head.target][row] for row in rows], head.classes)
        # Logarithms of probabilities are margins but for what all labels of a row share.
        margins = np.log(np.maximum(found[head.target][truth >= 0], _LEAST))
        heads.append(replace(head, calibration=fit_calibration(margins, truth[truth >= 0])))
    return replace(model, heads=tuple(heads))
