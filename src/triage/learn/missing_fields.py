"""Learns what a missing field would tell: how its values go with labels, and what of that a model makes good."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triage.compiling import resolved
from triage.domain import WouldHelp
from triage.learn.features import Features
from triage.learn.heads import Head, to_positions
from triage.learn.inputs import Inputs
from triage.learn.missing_kernel import Asked, FieldShares, Wanted, weigh_missing

__all__ = ["NO_FIELDS", "Asker", "FieldTable", "count_fields", "to_shares"]

_Targets = Mapping[str, Sequence[str | None]]
_Floats = NDArray[np.float32]

# A field's commonest values; all others count as one. More would be 100 kB a field of 800 labels.
_MOST_VALUES = 31
# A value of a single ticket is as good as a new one.
_LEAST_TICKETS = 2
# What the values of so many tickets of any label count beside those of a label's own.
_PRIOR = 5.0
# Nobody is asked for less.
_LEAST_GAIN = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class FieldTable:
    """How fields' values go with labels.

    Parameters
    ----------
    shares : ndarray of float32 of shape (n_fields, n_values, n_labels)
        By field, without the time of opening; labels of all heads side by side.
    slopes : ndarray of float32 of shape (n_heads, n_fields)
        See :class:`triage.learn.missing_kernel.FieldShares`.
    """

    shares: _Floats
    slopes: _Floats


NO_FIELDS = FieldTable(np.zeros((0, 0, 0), np.float32), np.zeros((0, 0), np.float32))


def count_fields(inputs: Inputs, targets: _Targets, heads: Sequence[Head], fields: Sequence[str]) -> FieldTable:
    """Count what values tickets of each label have; every slope is 1.

    Parameters
    ----------
    inputs : Inputs
        That the heads were fitted on.
    targets : mapping of str to labels
    heads : sequence of Head
    fields : sequence of str
        Which of the inputs' fields can be asked for.
    """
    truths = [to_positions(targets[head.target], head.classes) for head in heads]
    n_labels = [len(head.classes) for head in heads]
    shares = np.zeros((len(fields), _MOST_VALUES + 1, sum(n_labels)), np.float32)
    for at, name in enumerate(fields):
        places = _places(inputs.fields[name])
        of_heads = [_shares(places, truth, n) for truth, n in zip(truths, n_labels, strict=True)]
        shares[at] = np.concatenate(of_heads, axis=1)
    return FieldTable(shares, np.ones((len(heads), len(fields)), np.float32))


def to_shares(table: FieldTable, features: Features) -> FieldShares:
    """Return the table as the kernel reads it."""
    offsets = np.array(list(features.fields.offsets.values()), np.int32)
    missing = offsets[: len(table.shares)] + np.int32(len(features.terms))
    # Copies: the kernel is compiled for arrays of its own, and what is mapped from a file may be read-only.
    return FieldShares(np.array(table.shares), np.array(table.slopes), missing)


class Asker:
    """Tells which missing field would help. May be used by several threads at a time.

    Parameters
    ----------
    table : FieldTable
    features : Features
    """

    def __init__(self, table: FieldTable, features: Features) -> None:
        self._known = to_shares(table, features)
        self._names = features.columns.fields
        self._knows_any = bool(self._known.slopes.any())
        self._kernel: Callable[..., None] | None = None

    def __bool__(self) -> bool:
        return self._knows_any

    def would_help(self, asked: Asked) -> list[list[WouldHelp | None]]:
        """Return for each ticket and head the field that would help most; None where none would by a hundredth."""
        n, n_heads = len(asked.fields), len(asked.borders) - 1
        wanted = Wanted(np.empty((n, n_heads), np.int64), np.empty((n, n_heads)))
        if self._kernel is None:
            # Every array is made here or by the answers, always of the same type.
            self._kernel = resolved(weigh_missing, self._known, asked, wanted)
        self._kernel(self._known, asked, wanted)
        return [
            [
                WouldHelp(self._names[field], gain) if gain >= _LEAST_GAIN else None
                for field, gain in zip(fields, gains, strict=True)
            ]
            for fields, gains in zip(wanted.field.tolist(), wanted.gain.tolist(), strict=True)
        ]


def _places(column: Sequence[str | None]) -> NDArray[np.int64]:
    """Return each value's place by how common it is, 0 for all that are rare; -1 where it is missing."""
    # Of values that are as common the one that comes first: how they are spelt must leave no trace.
    counts = Counter(value for value in column if value is not None).most_common(_MOST_VALUES)
    commonest = [value for value, count in counts if count >= _LEAST_TICKETS]
    place = {value: at for at, value in enumerate(commonest, start=1)}
    return np.array([-1 if value is None else place.get(value, 0) for value in column], np.int64)


def _shares(places: NDArray[np.int64], truth: NDArray[np.int64], n_labels: int) -> NDArray[np.float64]:
    known = (places >= 0) & (truth >= 0)
    counts = np.zeros((_MOST_VALUES + 1, n_labels))
    np.add.at(counts, (places[known], truth[known]), 1.0)
    overall = counts.sum(axis=1, keepdims=True) / max(1.0, counts.sum())
    return np.asarray((counts + _PRIOR * overall) / (counts.sum(axis=0) + _PRIOR))
