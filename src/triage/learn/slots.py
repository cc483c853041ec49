"""An open-addressing table from 64-bit keys to numbers, for kernels. Keys must be spread over all their bits."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled, prefetch, unsigned

__all__ = ["Slots", "build_slots", "fetch_slots", "look_up"]

# A cell's low bits hold a number, as many as an index of past incidents may need, its high bits those of the key.
_NUMBER_BITS = np.uint64(27)
_NUMBER = np.uint64((1 << 27) - 1)


class Slots(NamedTuple):
    """Keys and their numbers, each at the first free slot from its hash on.

    Parameters
    ----------
    cells : ndarray of uint64 of shape (n_slots,)
        A number plus one, and above it the upper 37 bits of its key; 0 for an empty slot. At most half of the slots are
        taken.

    Notes
    -----
    The lower bits of a key say where it lies, so that of a million keys 57 bits are compared: one that is not there is
    taken for another with a chance of 3e-12.
    """

    cells: NDArray[np.uint64]


def build_slots(keys: NDArray[np.uint64], numbers: NDArray[np.int32]) -> Slots:
    """Return the table of keys and their numbers.

    Parameters
    ----------
    keys : ndarray of uint64 of shape (n,)
        Each once, spread over all their bits.
    numbers : ndarray of int32 of shape (n,)
        In [0, 2**27 - 1).
    """
    slots = Slots(np.zeros(2 << len(keys).bit_length(), np.uint64))
    _fill(keys, numbers, slots)
    return slots


@compiled
def look_up(slots: Slots, key: np.uint64) -> int:
    """Return the number of a key; -1 if it is not there."""
    mask = unsigned(len(slots.cells) - 1)
    slot = key & mask
    while slots.cells[slot] > 0:
        if (slots.cells[slot] ^ key) >> _NUMBER_BITS == 0:
            return int(slots.cells[slot] & _NUMBER) - 1
        slot = (slot + np.uint64(1)) & mask
    return -1


@compiled
def fetch_slots(slots: Slots, keys: NDArray[np.uint64], begin: int, end: int) -> None:
    """Have memory deliver what `look_up` will read for some of the keys, all of it at a time."""
    mask = np.uint64(len(slots.cells) - 1)
    for at in range(begin, end):
        prefetch(slots.cells[keys[at] & mask :])


@compiled
def _fill(keys: NDArray[np.uint64], numbers: NDArray[np.int32], slots: Slots) -> None:
    mask = len(slots.cells) - 1
    for at in range(len(keys)):
        slot = np.int64(keys[at] & np.uint64(mask))
        while slots.cells[slot] > 0:
            slot = (slot + 1) & mask
        slots.cells[slot] = ((keys[at] >> _NUMBER_BITS) << _NUMBER_BITS) | np.uint64(numbers[at] + 1)
