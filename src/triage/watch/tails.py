"""Conformal tails: how rare a value is among those before it. One histogram a statistic; assumes no distribution.

Bins are spaced like floating-point numbers, two in each doubling from 1/4 to 45: a number's bits say which is its own.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.watch.state import BINS

__all__ = ["age", "count_in"]

_PER_DOUBLING = 2
_LOWEST = 0.25  # below it nothing is rare: one bin
_LOWEST_BITS = 0x3E80_0000  # of _LOWEST as float32
_BIN_BITS = 22  # of the 23 of a mantissa those that say where in its bin a number is
_WITHIN, _PART = 2**_BIN_BITS - 1, 2.0**-_BIN_BITS
_LARGEST = 1e6
# Counts are halved when there are so many: the tail is that of the last ten thousand points or so, in 16 bits.
_MOST = 16384
_FEW = 20  # below so many values the largest says little about where a tail ends
# By bin: 1 for that bin and all below, four counts of 16 bits in a word.
_ONES = (np.arange(BINS) <= np.arange(BINS)[:, None]).astype(np.uint16).view(np.uint64)
_WORDS = _ONES.shape[1]
# By bins beyond the highest occupied one: the inverse square of the value. On NAB powers from 0 to 3 do much the same,
# but without it an enormous value could not break through the limiter after a small record.
_FADING = 2.0 ** (-2.0 * np.maximum(np.arange(BINS) - 1, 0) / _PER_DOUBLING)


@compiled
def count_in(counts: NDArray[np.uint16], words: NDArray[np.uint64], value: float) -> float:
    """Return how many of the values remembered lie at a value or beyond, itself counted, and remember it.

    Parameters
    ----------
    counts : ndarray of uint16, shape (BINS,)
        How many of those remembered lie in each bin or above it. Changed in place.
    words : ndarray of uint64
        The same memory: so that counting a value in is four additions, whichever bins it concerns.
    value : float
        At least 0.

    Returns
    -------
    float
        In (0, 1 + their number]. Divided by the latter it is the tail probability: within a bin the values are taken to
        lie evenly.

    Notes
    -----
    A value above all remembered ones gets less the farther it lies beyond them, as in a tail that thins out
    by a power law, once there are twenty; without that all records would be equal.
    """
    bits = np.int64(np.float32(min(value, _LARGEST)).view(np.int32)) - _LOWEST_BITS
    own, part = (bits >> _BIN_BITS) + 1, (bits & _WITHIN) * _PART
    if bits < 0:
        own, part = np.int64(0), value / _LOWEST
    elif own >= BINS:
        own, part = np.int64(BINS - 1), 1.0
    found, here = 1.0, np.int64(counts[own])
    if here > 0:
        above = np.int64(counts[own + 1]) if own + 1 < BINS else 0
        found += above + (here - above) * (1.0 - part)
    elif counts[0] >= _FEW:
        top = own
        while counts[top] == 0:
            top -= 1
        found = _FADING[own - top]
    for word in range(_WORDS):
        words[word] += _ONES[own, word]
    return float(found)


@compiled
def age(tails: NDArray[np.uint16]) -> None:
    """When so much is remembered that counts would overflow, let it weigh half.

    Parameters
    ----------
    tails : ndarray of uint16, shape (any, BINS)
        Changed in place. All have counted equally often.
    """
    if tails[0, 0] >= _MOST:
        for statistic in range(len(tails)):
            for number in range(BINS):
                tails[statistic, number] = np.uint16(tails[statistic, number] >> 1)
