"""Hidden units on one sparse row: their levels, and what each feature adds through them. Makes no arrays of its own."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled, prefetch, reordered, unsigned
from triage.learn.lines import LINE

__all__ = ["SHARED", "Layer", "add_through_units", "fill_levels", "weigh_steps"]

# How many features share a step: with one each, steps lie all over 1.6 MB and are waited for, 18 us a ticket instead of
# 12.
SHARED = 8
# How far ahead of being added up embeddings are asked for, in features.
_AHEAD = 16
# Embeddings that are added up in one turn: a level is read and written once for so many.
_A_TURN = 4


class Layer(NamedTuple):
    """A hidden layer, as `triage.learn.bags.Bag` holds it.

    Parameters
    ----------
    embeddings : ndarray of int8 of shape (n_features, n_units)
        In steps. Where they begin with a line of memory, a ticket takes 12 us instead of 36.
    steps : ndarray of float32 of shape (ceil(n_features / SHARED),)
    bias : ndarray of float32 of shape (n_units,)
    """

    embeddings: NDArray[np.int8]
    steps: NDArray[np.float32]
    bias: NDArray[np.float32]


@compiled
def weigh_steps(layer: Layer, row: tuple[NDArray[np.int32], NDArray[np.float64]], weights: NDArray[np.float64]) -> None:
    """Write what a step of each feature's embedding weighs in a row: its size times the feature's value.

    Parameters
    ----------
    layer : Layer
    row : tuple of ndarray of int32 and of float64
        Feature numbers and values.
    weights : ndarray of float64 of shape (n,)
        Filled, where there are units. The levels and every head's reasons read it: steps lie all over.
    """
    ids, values = row
    if len(layer.bias):
        for at in range(len(ids)):
            weights[at] = values[at] * layer.steps[ids[at] // SHARED]


@compiled
def fill_levels(
    layer: Layer,
    row: tuple[NDArray[np.int32], NDArray[np.float64]],
    levels: NDArray[np.float64],
) -> None:
    """Write what the units give on a row: their input where that is above 0, else 0.

    Parameters
    ----------
    layer : Layer
    row : tuple of ndarray of int32 and of float64
        Feature numbers, and what a step of each weighs, as `weigh_steps` writes it.
    levels : ndarray of float64 of shape (n_units,)
        Filled: feature by feature, whatever the turns.
    """
    (embeddings, _, bias), (ids, weights) = layer, row
    if not len(levels):
        return
    for unit in range(len(levels)):
        levels[unit] = bias[unit]
    whole = len(ids) - len(ids) % _A_TURN
    _fetch(embeddings, ids, 0, min(_AHEAD, len(ids)))
    for at in range(0, whole, _A_TURN):
        _fetch(embeddings, ids, at + _AHEAD, min(at + _AHEAD + _A_TURN, len(ids)))
        e0, e1 = embeddings[ids[at]], embeddings[ids[at + 1]]
        e2, e3 = embeddings[ids[at + 2]], embeddings[ids[at + 3]]
        w0, w1, w2, w3 = weights[at], weights[at + 1], weights[at + 2], weights[at + 3]
        for unit in range(len(levels)):
            level = levels[unit] + e0[unit] * w0
            level = level + e1[unit] * w1
            level = level + e2[unit] * w2
            levels[unit] = level + e3[unit] * w3
    for at in range(whole, len(ids)):
        embedding, weight = embeddings[ids[at]], weights[at]
        for unit in range(len(levels)):
            levels[unit] += embedding[unit] * weight
    for unit in range(len(levels)):
        levels[unit] = max(levels[unit], 0.0)


@compiled
def add_through_units(
    layer: Layer,
    row: tuple[NDArray[np.int32], NDArray[np.float64]],
    through: NDArray[np.float32],
    added: NDArray[np.float64],
) -> None:
    """Add what each feature of a row adds through the units.

    Parameters
    ----------
    layer : Layer
    row : tuple of ndarray of int32 and of float64
        As for `fill_levels`.
    through : ndarray of float32 of shape (n_units,)
        What a unit's input is multiplied by; 0 where its level is 0.
    added : ndarray of float64 of shape (n,)
        Added to.
    """
    ids, weights = row
    for at in range(len(ids)):
        added[at] += _product(layer.embeddings[unsigned(ids[at])], through) * weights[at]


@compiled
def _fetch(embeddings: NDArray[np.int8], ids: NDArray[np.int32], begin: int, end: int) -> None:
    for at in range(begin, end):
        embedding = embeddings[ids[at]]
        for unit in range(0, len(embedding), LINE):
            prefetch(embedding[unit:])


@reordered
def _product(embedding: NDArray[np.int8], through: NDArray[np.float32]) -> np.float32:
    total = np.float32(0.0)
    for unit in range(len(through)):
        total += np.float32(embedding[unit]) * through[unit]
    return total
