"""Conformal tails: how rare a value is among those before it. One histogram a statistic; assumes no distribution.

Bins are spaced like floating-point numbers, two in each doubling from 1/4 to 45: a number's bits say which is its own.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.watch.state import BINS

__all__ = ["age", "beyond", "bin_of", "count_in", "fading_of"]

_PER_DOUBLING = 2
_LOWEST = 0.25  # below it nothing is rare: one bin
_LOWEST_BITS = 0x3E80_0000  # of _LOWEST as float32
_BIN_BITS = 22  # of the 23 of a mantissa those that say where in its bin a number is
_WITHIN, _PART = 2**_BIN_BITS - 1, 2.0**-_BIN_BITS
_BEYOND_BITS = (BINS - 1) << _BIN_BITS  # from there on the last bin ends
_LARGEST = 1e6
# Counts are halved when there are so many: the tail is that of the last ten thousand points or so, in 16 bits.
_MOST = 16384
_FEW = 20  # below so many values the largest says little about where a tail ends
# By bin: 1 for that bin and all below, four counts of 16 bits in a word.
_NEXT, _LAST = np.uint64(1), np.uint64(BINS - 1)  # an unsigned number and another kind make no unsigned one
_ONES = (np.arange(BINS) <= np.arange(BINS)[:, None]).astype(np.uint16).view(np.uint64)
# By bins beyond the highest occupied one: the inverse square of the value. On NAB powers from 0 to 3 do much the same,
# but without it an enormous value could not break through the limiter after a small record.
_FADING = 2.0 ** (-2.0 * np.maximum(np.arange(BINS) - 1, 0) / _PER_DOUBLING)


@compiled
def bin_of(value: float) -> tuple[int, float]:
    """Return a value's bin, and where in it, in [0, 1], the value lies.

    Parameters
    ----------
    value : float
        At least 0.
    """
    bits = np.int64(np.float32(min(value, _LARGEST)).view(np.int32)) - _LOWEST_BITS
    own = min(int(bits >> _BIN_BITS) + 1, BINS - 1)
    part = float(np.int32(bits & _WITHIN) * _PART) if bits < _BEYOND_BITS else 1.0
    return (own if bits >= 0 else 0), (part if bits >= 0 else value / _LOWEST)


@compiled
def count_in(counts: NDArray[np.uint16], words: NDArray[np.uint64], own: int) -> tuple[int, int]:
    """Remember a value; return how many of those before lie in its bin or above it, and how many above.

    Parameters
    ----------
    counts : ndarray of uint16, shape (BINS,)
        How many of those remembered lie in each bin or above it. Changed in place.
    words : ndarray of uint64
        The same memory: so that counting a value in is four additions, whichever bins it concerns.
    own : int
        The value's bin, `unsigned`.
    """
    # All are read before any is written, which the processor then does in one go.
    here, above = np.int64(counts[own]), np.int64(counts[min(own + _NEXT, _LAST)])
    one, two = words[0] + _ONES[own, 0], words[1] + _ONES[own, 1]
    three, four = words[2] + _ONES[own, 2], words[3] + _ONES[own, 3]
    words[0], words[1], words[2], words[3] = one, two, three, four
    return int(here), int(above) if own < _LAST else 0


@compiled
def fading_of(counts: NDArray[np.uint16], own: int) -> float:
    """Return how much rarer than a record a value is that has been counted in and was one; in (0, 1].

    Notes
    -----
    A value above all remembered ones gets less the farther it lies beyond them, as in a tail that thins out
    by a power law, once there are twenty; without that all records would be equal.
    """
    if counts[0] <= _FEW:
        return 1.0
    top = own
    while counts[top] <= 1:
        top -= 1
    return float(_FADING[own - top])


@compiled
def beyond(here: int, above: int, part: float, fading: float) -> float:
    """Return how many of the values remembered lie at a value or beyond, itself counted.

    Parameters
    ----------
    here, above : int
        As `count_in` returns them.
    part : float
        Where in its bin the value lies: there the values are taken to lie evenly.
    fading : float

    Returns
    -------
    float
        In (0, 1 + their number]. Divided by the latter it is the tail probability.
    """
    return float((1.0 + (above + (here - above) * (1.0 - part))) * fading)


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
