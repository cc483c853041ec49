"""Weighs what a missing field would tell of each head's likeliest label. Makes no arrays of its own."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled

__all__ = ["Asked", "FieldShares", "Wanted", "weigh_missing"]


class FieldShares(NamedTuple):
    """What fields' values say of labels.

    Parameters
    ----------
    shares : ndarray of float32 of shape (n_fields, n_values, n_labels)
        How often tickets of a label have each of the field's values; of every field they add up to 1.
    slopes : ndarray of float32 of shape (n_heads, n_fields)
        What of the gain by the shares alone the model makes good, in [0, 1]: other fields know some of it already.
    missing : ndarray of int32 of shape (n_fields,)
        The number of each field's missing value.
    """

    shares: NDArray[np.float32]
    slopes: NDArray[np.float32]
    missing: NDArray[np.int32]


class Asked(NamedTuple):
    """Tickets as they were answered.

    Parameters
    ----------
    fields : ndarray of int32 of shape (n, n_all_fields)
        The number of each field's value; the fields that are looked at come first.
    probabilities : ndarray of float64 of shape (n, n_labels)
    best : ndarray of int32 of shape (n, n_heads, n_best)
        Positions among the head's labels, likeliest first; -1 where there are no more.
    borders : ndarray of int64 of shape (n_heads + 1,)
    """

    fields: NDArray[np.int32]
    probabilities: NDArray[np.float64]
    best: NDArray[np.int32]
    borders: NDArray[np.int64]


class Wanted(NamedTuple):
    """The missing field that would help most.

    Parameters
    ----------
    field : ndarray of int64 of shape (n, n_heads)
        Which; -1 where none would.
    gain : ndarray of float64 of shape (n, n_heads)
        By how much the likeliest label's probability is expected to rise; at least 0.
    """

    field: NDArray[np.int64]
    gain: NDArray[np.float64]


@compiled
def weigh_missing(known: FieldShares, asked: Asked, wanted: Wanted) -> None:
    """Fill in what is wanted of each ticket for each head; of fields that help alike, the first.

    Notes
    -----
    The expected probability of the likeliest label once the value is known, by Bayes' rule, over the values that the
    likely labels' tickets have: ``sum over values of max over labels of P(label) P(value | label)``.
    """
    for at in range(len(asked.fields)):
        for head in range(len(known.slopes)):
            wanted.field[at, head], wanted.gain[at, head] = -1, 0.0
            for field in range(len(known.missing)):
                if asked.fields[at, field] != known.missing[field] or known.slopes[head, field] <= 0.0:
                    continue
                gain = known.slopes[head, field] * _gain(known.shares[field], asked, at, head)
                if gain > wanted.gain[at, head]:
                    wanted.field[at, head], wanted.gain[at, head] = field, gain


@compiled
def _gain(shares: NDArray[np.float32], asked: Asked, at: int, head: int) -> float:
    best, first = asked.best[at, head], asked.borders[head]
    probabilities = asked.probabilities[at]
    expected = 0.0
    for value in range(len(shares)):
        highest = 0.0
        for place in range(len(best)):
            if best[place] >= 0:
                label = first + best[place]
                highest = max(highest, probabilities[label] * shares[value, label])
        expected += highest
    gain: float = expected - probabilities[first + best[0]]
    return max(gain, 0.0)
