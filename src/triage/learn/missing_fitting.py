"""Learns what missing fields would tell, and measures it: by taking away what held-out incidents give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from triage.learn.inputs import Inputs
from triage.learn.missing_fields import FieldTable, count_fields, to_shares
from triage.learn.missing_kernel import Asked, FieldShares, Wanted, weigh_missing
from triage.learn.model import IncidentModel

__all__ = ["with_missing_fields"]

# Of each field, on so many incidents that give it; on too few nothing is measured, and it is not asked for.
_MOST_MEASURED, _LEAST_MEASURED = 300, 20


def with_missing_fields(
    model: IncidentModel,
    fitted: tuple[Inputs, Mapping[str, Sequence[str | None]]],
    held_out: Inputs | None = None,
) -> IncidentModel:
    """Return the model with what its missing fields would tell.

    Parameters
    ----------
    model : IncidentModel
    fitted : tuple of Inputs and labels by target
        What it was fitted on.
    held_out : Inputs, optional
        Later rows, to measure on; without them what was measured for the model before is kept.

    Notes
    -----
    Cost: a field takes two passes of the model over 300 incidents.
    """
    table = count_fields(*fitted, model.heads, model.columns.fields)
    if held_out is None:
        return replace(model, field_table=FieldTable(table.shares, model.field_table.slopes))
    slopes = np.stack(
        [_slopes(model, table, held_out, field) for field in range(len(table.shares))]
        or [np.zeros(len(model.heads), np.float32)],
        axis=1,
    )
    return replace(model, field_table=FieldTable(table.shares, slopes[:, : len(table.shares)]))


def _slopes(model: IncidentModel, table: FieldTable, inputs: Inputs, field: int) -> NDArray[np.float32]:
    """Return how much of what the shares promise of a field each head makes good."""
    name = model.columns.fields[field]
    given = [row for row, value in enumerate(inputs.fields[name]) if value is not None][-_MOST_MEASURED:]
    if len(given) < _LEAST_MEASURED:
        return np.zeros(len(model.heads), np.float32)
    whole = inputs.take(given)
    without = Inputs(whole.texts, {**whole.fields, name: [None] * len(whole)})
    with_it, alone = model.probabilities(whole), model.probabilities(without)
    promised = _promised(model, table, without, field)
    slopes = []
    for number, head in enumerate(model.heads):
        gained = with_it[head.target].max(axis=1) - alone[head.target].max(axis=1)
        square = float(promised[:, number] @ promised[:, number])
        slopes.append(float(promised[:, number] @ gained) / square if square > 0.0 else 0.0)
    return np.clip(slopes, 0.0, 1.0).astype(np.float32)


def _promised(model: IncidentModel, table: FieldTable, inputs: Inputs, field: int) -> NDArray[np.float64]:
    only = np.zeros_like(table.slopes)
    only[:, field] = 1.0
    found = model.probabilities(inputs)
    probabilities = np.concatenate([found[head.target] for head in model.heads], axis=1)
    best = np.full((len(inputs), len(model.heads), max(len(head.classes) for head in model.heads)), -1, np.int32)
    for number, head in enumerate(model.heads):
        best[:, number, : len(head.classes)] = (-found[head.target]).argsort(axis=1, kind="stable")
    borders = np.cumsum([0, *(len(head.classes) for head in model.heads)])
    wanted = Wanted(np.empty(best.shape[:2], np.int64), np.empty(best.shape[:2]))
    known = FieldShares(table.shares, only, to_shares(table, model.features).missing)
    weigh_missing(known, Asked(model.features.numbers(inputs), probabilities, best, borders), wanted)
    return wanted.gain
