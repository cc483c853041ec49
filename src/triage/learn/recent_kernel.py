"""An inverted index that grows by a row at a time: each feature's postings are a chain, the newest first."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.learn.precedent_kernel import MOST_COUNTED, Allowed, Best, Lists, offer
from triage.learn.slots import look_up
from triage.learn.text_kernel import Scratch

__all__ = ["Chains", "add_row", "find_in_chains"]


class Chains(NamedTuple):
    """Rows that were added since the lists were built.

    Parameters
    ----------
    keys : ndarray of uint64 of shape (n_slots,)
        Open-addressing table of the features' hashes.
    heads : ndarray of int32 of shape (n_slots,)
        Each feature's newest posting; -1 for an empty slot.
    idf : ndarray of float64 of shape (n_slots,)
    rows, counts, before : ndarray of int32 of shape (most_postings,)
        A posting's row and count, and the feature's posting before it; -1 for none.
    scales : ndarray of float64 of shape (most_rows,)
        One over the norm of each row.
    sums : ndarray of float64 of shape (most_rows,)
        Room for a search: similarities, 0 between searches.
    """

    keys: NDArray[np.uint64]
    heads: NDArray[np.int32]
    idf: NDArray[np.float64]
    rows: NDArray[np.int32]
    counts: NDArray[np.int32]
    before: NDArray[np.int32]
    scales: NDArray[np.float64]
    sums: NDArray[np.float64]


@compiled
def add_row(
    chains: Chains, row: int, n_postings: int, stems: tuple[Scratch, int], lists: Lists, unknown_idf: float
) -> tuple[int, int]:
    """Add a text as a row; return how many postings there are now, and how many features are new to the table.

    Parameters
    ----------
    chains : Chains
        With room for the text's features, in the table too.
    row, n_postings : int
        The row's number, and how many postings there were.
    stems : tuple of Scratch and int
        The text's different features, as :func:`triage.learn.precedent_kernel.count_stems` leaves them.
    lists : Lists
        Says how rare a feature is.
    unknown_idf : float
    """
    scratch, n_distinct = stems
    squares, n_new = 0.0, 0
    for at in range(n_distinct):
        key, count = scratch.features[at], min(scratch.counts[at], MOST_COUNTED)
        slot = _slot_of(chains, key)
        if chains.heads[slot] < 0:
            number = look_up(lists.features, key)
            chains.keys[slot] = key
            chains.idf[slot] = lists.idf[number] if number >= 0 else unknown_idf
            n_new += 1
        chains.rows[n_postings], chains.counts[n_postings] = row, count
        chains.before[n_postings] = chains.heads[slot]
        chains.heads[slot] = n_postings
        n_postings += 1
        weight = lists.gains[count] * chains.idf[slot]
        squares += weight * weight
    chains.scales[row] = 1.0 / math.sqrt(squares) if squares > 0.0 else 0.0
    return n_postings, n_new


@compiled
def find_in_chains(
    chains: Chains, n_rows: int, stems: tuple[Scratch, int], lists: tuple[Lists, float], allowed: Allowed, best: Best
) -> int:
    """Find the rows nearest to a text; return how many were found.

    Parameters
    ----------
    chains : Chains
    n_rows : int
        How many it has.
    stems : tuple of Scratch and int
        The text's different features.
    lists : tuple of Lists and float
        And the idf of a feature that it does not know.
    allowed : Allowed
    best : Best
        Filled.
    """
    scratch, n_distinct = stems
    squares = 0.0
    for at in range(n_distinct):
        key, gain = scratch.features[at], lists[0].gains[min(scratch.counts[at], MOST_COUNTED)]
        slot = _slot_of(chains, key)
        if chains.heads[slot] >= 0:
            idf = chains.idf[slot]
        else:
            number = look_up(lists[0].features, key)
            idf = lists[0].idf[number] if number >= 0 else lists[1]
        squares += gain * gain * idf * idf
        posting = np.int64(chains.heads[slot])
        while posting >= 0:
            chains.sums[chains.rows[posting]] += gain * idf * idf * lists[0].gains[chains.counts[posting]]
            posting = np.int64(chains.before[posting])
    scale = 1.0 / math.sqrt(squares) if squares > 0.0 else 0.0
    best.rows[:] = -1
    best.similarities[:] = 0.0
    for row in range(n_rows):
        if allowed.first <= row < allowed.end and (len(allowed.mask) == 0 or allowed.mask[row]):
            offer(best, row, min(chains.sums[row] * chains.scales[row] * scale, 1.0))
        chains.sums[row] = 0.0
    found = 0
    while found < len(best.rows) and best.rows[found] >= 0:
        found += 1
    return found


@compiled
def _slot_of(chains: Chains, key: np.uint64) -> int:
    mask = len(chains.heads) - 1
    slot = np.int64(key & np.uint64(mask))
    while chains.heads[slot] >= 0 and chains.keys[slot] != key:
        slot = (slot + 1) & mask
    return int(slot)
