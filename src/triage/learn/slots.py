"""An open-addressing table from 64-bit keys to numbers, for kernels. Keys must be spread over their low bits."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled, prefetch

__all__ = ["Slots", "build_slots", "fetch_slots", "look_up"]

_ONE = np.uint64(1)


class Slots(NamedTuple):
    """Keys and their numbers, each at the first free slot from its hash on.

    Parameters
    ----------
    cells : ndarray of uint64 of shape (n_slots, 2)
        A key and, beside it so that both come from memory together, its number plus one; 0 for an empty slot. At most
        half of the slots are taken.
    """

    cells: NDArray[np.uint64]


def build_slots(keys: NDArray[np.uint64], numbers: NDArray[np.int32]) -> Slots:
    """Return the table of keys, each of which is there once."""
    slots = Slots(np.zeros((2 << len(keys).bit_length(), 2), np.uint64))
    _fill(keys, numbers, slots)
    return slots


@compiled
def look_up(slots: Slots, key: np.uint64) -> int:
    """Return the number of a key; -1 if it is not there."""
    mask = len(slots.cells) - 1
    slot = np.int64(key & np.uint64(mask))
    while slots.cells[slot, 1] > 0:
        if slots.cells[slot, 0] == key:
            return int(slots.cells[slot, 1]) - 1
        slot = (slot + 1) & mask
    return -1


@compiled
def fetch_slots(slots: Slots, keys: NDArray[np.uint64], begin: int, end: int) -> None:
    """Have memory deliver what `look_up` will read for some of the keys, all of it at a time."""
    mask = np.uint64(len(slots.cells) - 1)
    for at in range(begin, end):
        prefetch(slots.cells[np.int64(keys[at] & mask)])


@compiled
def _fill(keys: NDArray[np.uint64], numbers: NDArray[np.int32], slots: Slots) -> None:
    mask = len(slots.cells) - 1
    for at in range(len(keys)):
        slot = np.int64(keys[at] & np.uint64(mask))
        while slots.cells[slot, 1] > 0:
            slot = (slot + 1) & mask
        slots.cells[slot, 0], slots.cells[slot, 1] = keys[at], np.uint64(numbers[at]) + _ONE
