"""Hidden units on one sparse row: their levels, and what each feature adds through them. Makes no arrays of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled, prefetch, reordered, single_of_half

__all__ = ["add_through_units", "fill_levels"]

# How far ahead of being added up embeddings are asked for, in features, and how many numbers memory delivers at a time.
_AHEAD, _LINE = 16, 32
# Embeddings that are added up in one turn: a level is read and written once for so many.
_A_TURN = 4


@compiled
def fill_levels(
    layer: tuple[NDArray[np.uint16], NDArray[np.float32]],
    row: tuple[NDArray[np.int32], NDArray[np.float64]],
    levels: NDArray[np.float64],
) -> None:
    """Write what the units give on a row: their input where that is above 0, else 0.

    Parameters
    ----------
    layer : tuple of ndarray of uint16 of shape (n_features, n_units) and of float32 of shape (n_units,)
        The bits of the embeddings in half precision, which kernels cannot calculate with, and the biases.
    row : tuple of ndarray of int32 and of float64
        Feature numbers and values.
    levels : ndarray of float64 of shape (n_units,)
        Filled: feature by feature, whatever the turns.
    """
    (embeddings, bias), (ids, values) = layer, row
    for unit in range(len(levels)):
        levels[unit] = bias[unit]
    whole = len(ids) - len(ids) % _A_TURN
    _fetch(embeddings, ids, 0, min(_AHEAD, len(ids)))
    for at in range(0, whole, _A_TURN):
        _fetch(embeddings, ids, at + _AHEAD, min(at + _AHEAD + _A_TURN, len(ids)))
        e0, e1 = embeddings[ids[at]], embeddings[ids[at + 1]]
        e2, e3 = embeddings[ids[at + 2]], embeddings[ids[at + 3]]
        v0, v1, v2, v3 = values[at], values[at + 1], values[at + 2], values[at + 3]
        for unit in range(len(levels)):
            level = levels[unit] + single_of_half(e0[unit]) * v0
            level = level + single_of_half(e1[unit]) * v1
            level = level + single_of_half(e2[unit]) * v2
            levels[unit] = level + single_of_half(e3[unit]) * v3
    for at in range(whole, len(ids)):
        embedding, value = embeddings[ids[at]], values[at]
        for unit in range(len(levels)):
            levels[unit] += single_of_half(embedding[unit]) * value
    for unit in range(len(levels)):
        levels[unit] = max(levels[unit], 0.0)


@compiled
def add_through_units(
    embeddings: NDArray[np.uint16],
    row: tuple[NDArray[np.int32], NDArray[np.float64]],
    through: NDArray[np.float32],
    added: NDArray[np.float64],
) -> None:
    """Add what each feature of a row adds through the units.

    Parameters
    ----------
    embeddings : ndarray of uint16 of shape (n_features, n_units)
    row : tuple of ndarray of int32 and of float64
    through : ndarray of float32 of shape (n_units,)
        What a unit's input is multiplied by; 0 where its level is 0.
    added : ndarray of float64 of shape (n,)
        Added to.
    """
    ids, values = row
    for at in range(len(ids)):
        added[at] += _product(embeddings[ids[at]], through) * values[at]


@compiled
def _fetch(embeddings: NDArray[np.uint16], ids: NDArray[np.int32], begin: int, end: int) -> None:
    for at in range(begin, end):
        embedding = embeddings[ids[at]]
        for unit in range(0, len(embedding), _LINE):
            prefetch(embedding[unit:])


@reordered
def _product(embedding: NDArray[np.uint16], through: NDArray[np.float32]) -> np.float32:
    total = np.float32(0.0)
    for unit in range(len(through)):
        total += single_of_half(embedding[unit]) * through[unit]
    return total
