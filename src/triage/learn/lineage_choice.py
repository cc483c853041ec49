"""Chooses which targets answer together: those whose answers do not become worse for it. Finds no targets itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from triage.learn.heads import to_positions
from triage.learn.inputs import Inputs
from triage.learn.lineage import Lineage
from triage.learn.model import IncidentModel

__all__ = ["choose_lineage"]

# Above chance: the upper twentieth of a normal distribution.
_WORSE = 1.645


def choose_lineage(
    model: IncidentModel,
    found: Sequence[Lineage],
    later: tuple[Inputs, Mapping[str, Sequence[str | None]]],
    named: Collection[str] = (),
) -> tuple[Lineage, ...]:
    """Leave out targets that, with their parents, have more errors together than apart, beyond chance.

    Parameters
    ----------
    model : IncidentModel
        Its own lineage is not looked at.
    found : sequence of Lineage
        Parents before their children.
    later : tuple of Inputs and labels by target
        Rows that the model was not fitted on.
    named : collection of str, default=()
        Children whose parents the user named: they follow in any case.

    Notes
    -----
    The differences are paired, row by row, and one-sided at 95 %. Log-loss is not asked: where subcategories were put
    under the category that they have most often, it fell while one answer in fifty became wrong.
    """
    inputs, labels = later
    chosen: tuple[Lineage, ...] = ()
    for each in found:
        together = *chosen, each
        if each.child in named or not _is_worse(
            *(_errors(replace(model, lineage=lineage), inputs, labels, each) for lineage in (chosen, together))
        ):
            chosen = together
    return chosen


def _errors(
    model: IncidentModel, inputs: Inputs, labels: Mapping[str, Sequence[str | None]], lineage: Lineage
) -> NDArray[np.float64]:
    """Return how many of the child's and the parent's answers are wrong, by row."""
    answers = model.probabilities(inputs)
    errors = np.zeros(len(inputs))
    for head in model.heads:
        if head.target in (lineage.child, lineage.parent):
            truth = to_positions(labels[head.target], head.classes)
            errors += (truth >= 0) & (answers[head.target].argmax(axis=1) != truth)
    return errors


def _is_worse(apart: NDArray[np.float64], together: NDArray[np.float64]) -> bool:
    more = together - apart
    return bool(len(more) and more.sum() > _WORSE * np.sqrt(len(more)) * more.std())
