"""Conformal tails: how rare a value is among those before it. One histogram a statistic; assumes no distribution.

Bins are spaced like floating-point numbers, two in each doubling from 1/4 to 45: finding one costs no logarithm.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.watch.state import BINS

__all__ = ["place", "remember", "tail"]

_PER_DOUBLING = 2
_LOWEST = 0.25  # below it nothing is rare: one bin
_LOWEST_EXPONENT = -1  # frexp's exponent of _LOWEST
# Counts are halved when there are so many: the tail is that of the last ten thousand points or so, in 16 bits.
_MOST = 16384
_FEW = 20  # below so many values the largest says little about where a tail ends


@compiled
def place(value: float) -> float:
    """Return where a value >= 0 falls on the axis of bins: the whole part is the bin, in [0, BINS).

    Parameters
    ----------
    value : float
        Finite, at least 0.

    Examples
    --------
    >>> place(0.0), place(0.25), place(0.5), place(1e6) < BINS
    (0.0, 1.0, 3.0, True)
    """
    if value < _LOWEST:
        return max(value, 0.0) / _LOWEST
    mantissa, exponent = math.frexp(value)
    found = 1.0 + (exponent - _LOWEST_EXPONENT + 2.0 * mantissa - 1.0) * _PER_DOUBLING
    return min(found, BINS - 1e-9)


@compiled
def tail(counts: NDArray[np.uint16], at: float) -> float:
    """Return the tail probability of a value among those remembered, itself counted: in (0, 1].

    Parameters
    ----------
    counts : ndarray of uint16, shape (BINS,)
        How many of those remembered lie in each bin or above it.
    at : float
        The value's `place`; within its bin the values are taken to lie evenly.

    Notes
    -----
    A value above all remembered ones gets less the farther it lies beyond them, as in a tail that thins out
    by a power law, once there are twenty; without that all records would be equal.
    """
    own = int(at)
    above = counts[own + 1] if own + 1 < BINS else np.uint16(0)
    probability = (above + (counts[own] - above) * (1.0 - (at - own)) + 1.0) / (counts[0] + 1.0)
    if counts[own] == 0 and counts[0] >= _FEW:
        top = own
        while counts[top] == 0:
            top -= 1
        probability *= _FADING[own - top]
    return float(probability)


# By bins beyond the highest occupied one: the inverse square of the value. On NAB powers from 0 to 3 do much the same,
# but without it an enormous value could not break through the limiter after a small record.
_FADING = 2.0 ** (-2.0 * np.maximum(np.arange(BINS) - 1, 0) / _PER_DOUBLING)


@compiled
def remember(counts: NDArray[np.uint16], at: float) -> None:
    """Count a value in; when there are too many, let the old ones weigh half.

    Parameters
    ----------
    counts : ndarray of uint16, shape (BINS,)
        Changed in place.
    at : float
        The value's `place`.
    """
    for number in range(int(at) + 1):
        counts[number] += np.uint16(1)
    if counts[0] >= _MOST:
        for number in range(BINS):
            counts[number] = np.uint16(counts[number] >> 1)
