"""Hidden units on one sparse row: their levels, and what each feature adds through them. Makes no arrays of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled

__all__ = ["add_through_units", "fill_levels"]

# The exponents of half and single precision differ by 112.
_REBIAS = np.float32(2.0**112)
_SIGN, _REST = np.uint32(0x8000), np.uint32(0x7FFF)
_SIXTEEN, _THIRTEEN = np.uint32(16), np.uint32(13)


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
        The bits of the embeddings in half precision, which processors cannot calculate with, and the biases.
    row : tuple of ndarray of int32 and of float64
        Feature numbers and values.
    levels : ndarray of float64 of shape (n_units,)
        Filled.
    """
    (embeddings, bias), (ids, values) = layer, row
    for unit in range(len(levels)):
        levels[unit] = bias[unit]
    for at in range(len(ids)):
        embedding, value = embeddings[ids[at]], values[at]
        for unit in range(len(levels)):
            levels[unit] += _to_single(embedding[unit]) * value
    for unit in range(len(levels)):
        levels[unit] = max(levels[unit], 0.0)


@compiled
def add_through_units(
    embeddings: NDArray[np.uint16],
    row: tuple[NDArray[np.int32], NDArray[np.float64]],
    through: NDArray[np.float32],
    products: NDArray[np.float32],
    added: NDArray[np.float64],
) -> None:
    """Add what each feature of a row adds through the units.

    Parameters
    ----------
    embeddings : ndarray of uint16 of shape (n_features, n_units)
    row : tuple of ndarray of int32 and of float64
    through : ndarray of float32 of shape (n_units,)
        What a unit's input is multiplied by; 0 where its level is 0.
    products : ndarray of float32 of shape (n_units,)
        Written over.
    added : ndarray of float64 of shape (n,)
        Added to.
    """
    ids, values = row
    if len(through) == 0:
        return
    for at in range(len(ids)):
        embedding = embeddings[ids[at]]
        for unit in range(len(through)):
            products[unit] = _to_single(embedding[unit]) * through[unit]
        # The second half onto the first, until one is left: many sums at a time, and in an order that is fixed.
        left = len(through)
        while left > 1:
            kept = (left + 1) // 2
            for unit in range(left - kept):
                products[unit] += products[unit + kept]
            left = kept
        added[at] += products[0] * values[at]


@compiled
def _to_single(half: np.uint16) -> np.float32:
    """Return a finite number in half precision as one in single precision, exactly."""
    bits = np.uint32(half)
    # numba calculates with whole numbers in 64 bits.
    shifted = np.uint32(((bits & _SIGN) << _SIXTEEN) | ((bits & _REST) << _THIRTEEN))
    return np.float32(shifted.view(np.float32) * _REBIAS)
