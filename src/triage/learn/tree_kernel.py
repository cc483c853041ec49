"""Walks rows down boosted trees: sums of leaves, and what each feature adds to them. Makes no arrays of its own."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled

__all__ = ["LEAF", "ZERO_IS_MISSING", "Nodes", "add_contributions", "score_rows"]

# What a leaf has in place of a feature.
LEAF = -1
# How a node takes what is not there. The bit of 1: to the left. The bits above: nothing is missing (NaN is then 0), 0
# and NaN are, or NaN alone is. As LightGBM's `missing_type` and `default_left`.
ZERO_IS_MISSING, NAN_IS_MISSING = 1, 2
# LightGBM's kZeroThreshold, a single-precision number.
_NEARLY_ZERO = float(np.float32(1e-35))


class Nodes(NamedTuple):
    """The nodes of all trees, tree after tree, a node before its children.

    ``feature`` is the column that is asked (-1: a leaf), ``threshold`` the most that goes to the left, ``missing`` what
    becomes of what is not there, ``left`` and ``right`` where the children stand, ``value`` a leaf's value or the mean
    of those below it; all of shape (n_nodes,). ``roots`` of shape (n_trees,) is where each tree begins.
    """

    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    missing: NDArray[np.int32]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float64]
    roots: NDArray[np.int32]


@compiled
def score_rows(nodes: Nodes, X: NDArray[np.float64], scores: NDArray[np.float64]) -> None:
    """Fill in each row's sum of leaves, tree by tree as LightGBM adds them, so that it comes out the same to the bit.

    Parameters
    ----------
    nodes : Nodes
    X : ndarray of float64 of shape (n, n_features)
        NaN is missing.
    scores : ndarray of float64 of shape (n,)
    """
    for row in range(len(X)):
        total = 0.0
        for tree in range(len(nodes.roots)):
            at = nodes.roots[tree]
            while nodes.feature[at] >= 0:
                at = _next(nodes, at, X[row, nodes.feature[at]])
            total += nodes.value[at]
        scores[row] = total


@compiled
def add_contributions(nodes: Nodes, row: NDArray[np.float64], added: NDArray[np.float64]) -> None:
    """Add to each feature what going down by it changes of the mean of the leaves below.

    Parameters
    ----------
    nodes : Nodes
    row : ndarray of float64 of shape (n_features,)
    added : ndarray of float64 of shape (n_features,)
        Added to in place.
    """
    for tree in range(len(nodes.roots)):
        at = nodes.roots[tree]
        while nodes.feature[at] >= 0:
            below = _next(nodes, at, row[nodes.feature[at]])
            added[nodes.feature[at]] += nodes.value[below] - nodes.value[at]
            at = below


@compiled
def _next(nodes: Nodes, at: int, value: float) -> int:
    rule = nodes.missing[at]
    kind = rule >> 1
    if value != value:  # noqa: PLR0124 -- NaN, and cheaper than asking for it
        if kind == NAN_IS_MISSING:
            return int(nodes.left[at] if rule & 1 else nodes.right[at])
        value = 0.0
    if kind == ZERO_IS_MISSING and abs(value) <= _NEARLY_ZERO:
        return int(nodes.left[at] if rule & 1 else nodes.right[at])
    return int(nodes.left[at] if value <= nodes.threshold[at] else nodes.right[at])
