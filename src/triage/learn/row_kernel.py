"""Weighs one sparse row by a matrix of weights: sums, and what a single label gets. Makes no arrays of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled

__all__ = ["add_weighted", "weigh_label"]


@compiled
def add_weighted(
    weights: NDArray[np.float32], ids: NDArray[np.int32], values: NDArray[np.float64], sums: NDArray[np.float64]
) -> None:
    """Add the weights of a row's features, times their values, to one sum a label, feature by feature.

    Parameters
    ----------
    weights : ndarray of float32 of shape (n_features, n_labels)
        Without rows, where heads read hidden units alone: then nothing is added.
    ids : ndarray of int32 of shape (n,)
    values : ndarray of float64 of shape (n,)
    sums : ndarray of float64 of shape (n_labels,)
        Added to in place.
    """
    if len(weights) == 0:
        return
    for at in range(len(ids)):
        row, value = weights[ids[at]], values[at]
        for label in range(len(sums)):
            sums[label] += row[label] * value


@compiled
def weigh_label(
    weights: tuple[NDArray[np.float32], NDArray[np.float64]],
    row: tuple[NDArray[np.int32], NDArray[np.float64]],
    label: tuple[int, int],
    scale: float,
    added: NDArray[np.float64],
) -> None:
    """Write what each feature of a row adds to a label against the mean of all labels of its target.

    Parameters
    ----------
    weights : tuple of ndarray of float32 and of float64
        Of shape (n_features, n_labels), and their mean by target: adding them up would take longer than all else.
        Without rows, where heads read hidden units alone: then every feature adds 0.
    row : tuple of ndarray of int32 and of float64
        Feature numbers and values.
    label : tuple of int
        The columns of the label and of its target.
    scale : float
        What all is multiplied by.
    added : ndarray of float64 of shape (n,)
        Filled.
    """
    (of_labels, means), (ids, values), (column, target) = weights, row, label
    if len(of_labels) == 0:
        added[: len(ids)] = 0.0
        return
    for at in range(len(ids)):
        feature = ids[at]
        added[at] = (of_labels[feature, column] - means[feature, target]) * values[at] * scale
