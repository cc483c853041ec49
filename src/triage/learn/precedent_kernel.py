"""An inverted index's arrays, the weights of a query, and the order of what is found. Searches nothing."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.learn.slots import Slots, look_up
from triage.learn.text_kernel import Scratch, count_distinct, cut_stems

__all__ = [
    "COUNT_BITS",
    "FIRST_REACH",
    "MOST_COUNTED",
    "Allowed",
    "Best",
    "Lists",
    "Query",
    "Work",
    "count_stems",
    "holds",
    "n_found",
    "offer",
    "weigh_query",
]

# A posting is a row and how often the feature is in it, in one number: 67 million rows, counts to 63.
COUNT_BITS, MOST_COUNTED = 6, 63
# The first of the sets of commonest features for which the rows' norms are kept has 2**4 of them, the next twice that.
FIRST_REACH = 4


class Lists(NamedTuple):
    """An inverted index, and the same by row.

    Parameters
    ----------
    features : Slots
        The features' hashes, numbered from the commonest on.
    idf : ndarray of float64 of shape (n_features,)
    starts : ndarray of int64 of shape (n_features + 1,)
        Where each feature's postings begin.
    postings : ndarray of uint32 of shape (starts[-1],)
        Row and count, by row.
    row_starts : ndarray of int64 of shape (n_rows + 1,)
    entries : ndarray of uint32 of shape (starts[-1],)
        Feature and count, by feature.
    scales : ndarray of float64 of shape (n_rows,)
        One over the norm of each row; 0 for a row without features.
    gains : ndarray of float64 of shape (MOST_COUNTED + 1,)
        What each count weighs, ``1 + log count``.
    """

    features: Slots
    idf: NDArray[np.float64]
    starts: NDArray[np.int64]
    postings: NDArray[np.uint32]
    row_starts: NDArray[np.int64]
    entries: NDArray[np.uint32]
    scales: NDArray[np.float64]
    gains: NDArray[np.float64]


class Query(NamedTuple):
    """A weighted text.

    Parameters
    ----------
    ids : ndarray of int32 of shape (room,)
        Numbers of its features in the index at hand, descending.
    weights : ndarray of float64 of shape (room,)
        Of the features that the index knows, in their order; of norm 1 with those that it does not know.
    suffix : ndarray of float64 of shape (room + 1,)
        Norm of the weights from each on.
    slot_ids : ndarray of int32 of shape (a power of two above twice room,)
    slot_weights : ndarray of float64 of the same shape
        A table of weight times idf by feature number; -1 is an empty slot.
    places : ndarray of int64 of shape (room,)
        How far each term's list was read.
    """

    ids: NDArray[np.int32]
    weights: NDArray[np.float64]
    suffix: NDArray[np.float64]
    slot_ids: NDArray[np.int32]
    slot_weights: NDArray[np.float64]
    places: NDArray[np.int64]


class Allowed(NamedTuple):
    """Which rows may be found.

    Parameters
    ----------
    mask : ndarray of bool of shape (n_rows,)
        Empty if all may.
    first, end : int
        They must lie from here on, and before here.
    """

    mask: NDArray[np.bool_]
    first: int
    end: int


class Work(NamedTuple):
    """Room for a search, which leaves it as it found it.

    Parameters
    ----------
    sums : ndarray of float32 of shape (n_rows,)
        Partial similarities before scaling; 0 between searches.
    scales : ndarray of float32 of shape (n_rows,)
    """

    sums: NDArray[np.float32]
    scales: NDArray[np.float32]


class Best(NamedTuple):
    """The nearest rows so far, nearest first; of equally near ones the newest.

    Parameters
    ----------
    rows : ndarray of int64 of shape (k,)
        -1 where there is none.
    similarities : ndarray of float64 of shape (k,)
    """

    rows: NDArray[np.int64]
    similarities: NDArray[np.float64]


@compiled
def count_stems(codes: NDArray[np.uint32], letters: NDArray[np.uint8], scratch: Scratch, repeats: int) -> int:
    """Leave a folded text's different features and their counts in the scratch; return how many there are."""
    return count_distinct(scratch, 0, cut_stems(codes, letters, scratch, repeats))


@compiled
def weigh_query(lists: Lists, scratch: Scratch, n_distinct: int, unknown_idf: float, query: Query) -> int:
    """Weigh what `count_stems` left; return how many features the index knows.

    Parameters
    ----------
    lists : Lists
    scratch : Scratch
    n_distinct : int
    unknown_idf : float
        How rare a feature is that the index does not know.
    query : Query
        Filled; its room is for ``n_distinct``.
    """
    known, squares = 0, 0.0
    for at in range(n_distinct):
        key, gain = scratch.features[at], lists.gains[min(scratch.counts[at], MOST_COUNTED)]
        number = look_up(lists.features, key)
        weight = gain * (lists.idf[number] if number >= 0 else unknown_idf)
        squares += weight * weight
        if number >= 0:
            query.ids[known], query.weights[known] = number, weight
            known += 1
    _sort_descending(query, known)
    scale = 1.0 / math.sqrt(squares) if squares > 0.0 else 0.0
    size = 8
    while size < 4 * known:
        size *= 2
    query.slot_ids[:size] = -1
    query.suffix[known] = 0.0
    rest = 0.0
    for at in range(known - 1, -1, -1):
        query.weights[at] *= scale
        rest += query.weights[at] * query.weights[at]
        query.suffix[at] = math.sqrt(rest)
        slot = query.ids[at] & (size - 1)
        while query.slot_ids[slot] >= 0:
            slot = (slot + 1) & (size - 1)
        query.slot_ids[slot] = query.ids[at]
        query.slot_weights[slot] = query.weights[at] * lists.idf[query.ids[at]]
    return known


@compiled
def holds(best: Best, row: int) -> bool:
    """Return whether a row is among the best."""
    found = False
    for place in range(len(best.rows)):
        found |= best.rows[place] == row
    return found


@compiled
def n_found(best: Best) -> int:
    """Return how many rows there are."""
    found = 0
    while found < len(best.rows) and best.rows[found] >= 0:
        found += 1
    return found


@compiled
def offer(best: Best, row: int, similarity: float) -> None:
    """Put a row where it belongs; of equally near ones the newest, which has the highest number, is the nearest."""
    if similarity <= 0.0:
        return
    at = len(best.rows)
    while at > 0 and (
        best.rows[at - 1] < 0
        or similarity > best.similarities[at - 1]
        or (similarity == best.similarities[at - 1] and row > best.rows[at - 1])
    ):
        at -= 1
    if at == len(best.rows):
        return
    for place in range(len(best.rows) - 1, at, -1):
        best.rows[place], best.similarities[place] = best.rows[place - 1], best.similarities[place - 1]
    best.rows[at], best.similarities[at] = row, similarity


@compiled
def _sort_descending(query: Query, n: int) -> None:
    """Sort the known features by their numbers, the rarest first: a shell sort, as a kernel may make no arrays."""
    step = 1
    while step < n // 3:
        step = 3 * step + 1
    while step > 0:
        for place in range(step, n):
            number, weight = query.ids[place], query.weights[place]
            at = place
            while at >= step and query.ids[at - step] < number:
                query.ids[at], query.weights[at] = query.ids[at - step], query.weights[at - step]
                at -= step
            query.ids[at], query.weights[at] = number, weight
        step //= 3
