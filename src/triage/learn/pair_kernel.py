"""Writes the features of fields and of their pairs into a row. Reads numbers, no values."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.learn.slots import Slots, build_slots, look_up
from triage.learn.text_kernel import stir

__all__ = ["Pairs", "build_pairs", "no_pairs", "write_fields"]

_THIRTY_TWO = np.uint64(32)


class Pairs(NamedTuple):
    """Pairs of fields, and the features of the pairs of values that are known.

    Parameters
    ----------
    members : ndarray of int32 of shape (n_pairs, 2)
        The positions of a pair's two fields.
    missing : ndarray of int32 of shape (n_fields,)
        The number of each field's missing value.
    own : ndarray of int32 of shape (n_pairs,)
        The number of each pair's missing value; one above it stands for rare and unseen pairs of values.
    slots : Slots
        The feature of each known pair of values, by a hash of the numbers of both.
    weight : float
        The value of a pair's feature; that of a field's is 1.
    """

    members: NDArray[np.int32]
    missing: NDArray[np.int32]
    own: NDArray[np.int32]
    slots: Slots
    weight: float


def build_pairs(
    members: NDArray[np.int32],
    missing: tuple[NDArray[np.int32], NDArray[np.int32]],
    known: NDArray[np.int32],
    weight: float,
) -> Pairs:
    """Return pairs ready for the kernel.

    Parameters
    ----------
    members : ndarray of int32 of shape (n_pairs, 2)
    missing : tuple of ndarray of int32
        The numbers of the missing values: of the fields, and of the pairs.
    known : ndarray of int32 of shape (n_known, 3)
        The numbers of two values, and that of their pair.
    weight : float
    """
    keys = _hashes(known[:, 0].astype(np.uint64), known[:, 1].astype(np.uint64))
    slots = build_slots(keys, np.ascontiguousarray(known[:, 2]))
    return Pairs(members, *missing, slots, weight)


@cache
def no_pairs() -> Pairs:
    """Return the pairs of fields that are not crossed."""
    nothing = np.empty(0, np.int32)
    return build_pairs(np.empty((0, 2), np.int32), (nothing, nothing), np.empty((0, 3), np.int32), 1.0)


@compiled
def write_fields(
    fields: NDArray[np.int32], pairs: Pairs, rows: tuple[NDArray[np.int32], NDArray[np.float64]], at: int
) -> int:
    """Write one feature a field and one a pair from ``at`` on; return the row's end.

    Parameters
    ----------
    fields : ndarray of int32 of shape (n_fields,)
        The number of each field's value.
    pairs : Pairs
    rows : tuple of ndarray of int32 and of float64
    at : int
    """
    ids, values = rows
    for field in range(len(fields)):
        ids[at], values[at] = fields[field], 1.0
        at += 1
    for pair in range(len(pairs.members)):
        one, other = pairs.members[pair, 0], pairs.members[pair, 1]
        number = pairs.own[pair]
        if fields[one] != pairs.missing[one] and fields[other] != pairs.missing[other]:
            known = look_up(pairs.slots, _hash(np.uint64(fields[one]), np.uint64(fields[other])))
            number = known if known >= 0 else number + 1
        ids[at], values[at] = number, pairs.weight
        at += 1
    return at


@compiled
def _hash(one: np.uint64, other: np.uint64) -> np.uint64:
    # Two numbers of 31 bits side by side: no two pairs have the same, before stirring and after.
    return stir((one << _THIRTY_TWO) | other)


@compiled
def _fill_hashes(one: NDArray[np.uint64], other: NDArray[np.uint64], hashes: NDArray[np.uint64]) -> None:
    for at in range(len(hashes)):
        hashes[at] = _hash(one[at], other[at])


def _hashes(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> NDArray[np.uint64]:
    hashes = np.empty(len(one), np.uint64)
    _fill_hashes(one, other, hashes)
    return hashes
