"""An open-addressing table from 64-bit keys to numbers, for kernels. Keys must be spread over their low bits."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled

__all__ = ["Slots", "build_slots", "look_up"]


class Slots(NamedTuple):
    """Keys and their numbers, each at the first free slot from its hash on.

    Parameters
    ----------
    keys : ndarray of uint64 of shape (n_slots,)
    numbers : ndarray of int32 of shape (n_slots,)
        The number of each key; -1 for an empty slot. At most half of the slots are taken.
    """

    keys: NDArray[np.uint64]
    numbers: NDArray[np.int32]


def build_slots(keys: NDArray[np.uint64], numbers: NDArray[np.int32]) -> Slots:
    """Return the table of keys, each of which is there once."""
    n_slots = 2 << len(keys).bit_length()
    slots = Slots(np.zeros(n_slots, np.uint64), np.full(n_slots, -1, np.int32))
    _fill(keys, numbers, slots)
    return slots


@compiled
def look_up(slots: Slots, key: np.uint64) -> int:
    """Return the number of a key; -1 if it is not there."""
    mask = len(slots.numbers) - 1
    slot = np.int64(key & np.uint64(mask))
    while slots.numbers[slot] >= 0:
        if slots.keys[slot] == key:
            return int(slots.numbers[slot])
        slot = (slot + 1) & mask
    return -1


@compiled
def _fill(keys: NDArray[np.uint64], numbers: NDArray[np.int32], slots: Slots) -> None:
    mask = len(slots.numbers) - 1
    for at in range(len(keys)):
        slot = np.int64(keys[at] & np.uint64(mask))
        while slots.numbers[slot] >= 0:
            slot = (slot + 1) & mask
        slots.keys[slot], slots.numbers[slot] = keys[at], numbers[at]
