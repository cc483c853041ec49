"""Finds the rows of an inverted index that are nearest to a query, by exact cosine. Builds no index.

Terms are read from the rarest on. What a row can still gain is bounded by the norm of the rest of the query times the
norm of the row within the commonest features, to which all that is left belongs; once that cannot lift an unseen row to
the best found so far, the long lists of common words are not read, and the few rows that are left are scored from their
own features.
"""

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
    "Bounds",
    "Lists",
    "Query",
    "Work",
    "count_stems",
    "find_in_lists",
    "search",
    "weigh_query",
]

# A posting is a row and how often the feature is in it, in one number: 67 million rows, counts to 63.
COUNT_BITS, MOST_COUNTED = 6, 63
_SHIFT, _COUNT_MASK = np.uint32(COUNT_BITS), np.uint32(MOST_COUNTED)
# The first of the sets of commonest features for which the rows' norms are kept has 2**4 of them, the next twice that.
FIRST_REACH = 4
# Sums of partial similarities are of single precision; 800 terms of them are off by less than half of this.
_SLACK = 1e-4
# Postings that are read before the bound is looked at for the first time, and by which factor more for each next time.
_FIRST_LOOK, _NEXT_LOOK = 1000, 1.35
# By how much the bar is hoped to rise when the likeliest rows are scored.
_HOPED = 1.1
# Scoring a row from its own features costs as much as reading so many postings.
_ROW_COST = 150


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


class Bounds(NamedTuple):
    """How much of a row lies within the commonest features.

    Parameters
    ----------
    reach : ndarray of uint8 of shape (n_sets, n_rows)
        The norm of each scaled row's part within the ``2**(FIRST_REACH + set)`` commonest features, rounded up to a
        whole 255th.
    order : ndarray of int32 of shape (n_sets, n_rows)
        Rows by descending reach.
    """

    reach: NDArray[np.uint8]
    order: NDArray[np.int32]


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
    """

    ids: NDArray[np.int32]
    weights: NDArray[np.float64]
    suffix: NDArray[np.float64]
    slot_ids: NDArray[np.int32]
    slot_weights: NDArray[np.float64]


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
    sums : ndarray of float32 of shape (n_rows, 2)
        Partial similarities, 0 between searches, and the rows' scales beside them.
    touched : ndarray of int32 of shape (n_rows,)
    """

    sums: NDArray[np.float32]
    touched: NDArray[np.int32]


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
def search(
    text: tuple[NDArray[np.uint32], NDArray[np.uint8], int],
    scratch: Scratch,
    index: tuple[Lists, Bounds, float],
    allowed: Allowed,
    room: tuple[Query, Work, Best],
    best: Best,
) -> tuple[int, int]:
    """Find the rows nearest to a text; return how many were found and how many different features the text has.

    Parameters
    ----------
    text : tuple of code points, letters and int
        The folded text, :func:`triage.learn.text.letters`, and how often its beginning counts.
    scratch : Scratch
        For the text; holds its different features and their counts afterwards.
    index : tuple of Lists, Bounds and float
        With the idf of a feature that the index does not know.
    allowed : Allowed
    room : tuple of Query, Work and Best
        The last as large as ``best``.
    best : Best
        Filled.
    """
    lists, bounds, unknown_idf = index
    query, work, likely = room
    n_distinct = count_stems(text[0], text[1], scratch, text[2])
    known = weigh_query(lists, scratch, n_distinct, unknown_idf, query)
    return find_in_lists((lists, bounds), (query, known), allowed, work, likely, best), n_distinct


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
def find_in_lists(
    index: tuple[Lists, Bounds],
    query: tuple[Query, int],
    allowed: Allowed,
    work: Work,
    likely: Best,
    best: Best,
) -> int:
    """Find the nearest rows; return how many were found.

    Parameters
    ----------
    index : tuple of Lists and Bounds
    query : tuple of Query and int
        And how many features of it the index knows.
    allowed : Allowed
    work : Work
    likely : Best
        Room, as large as ``best``.
    best : Best
        Filled.
    """
    lists, (terms, known) = index[0], query
    best.rows[:] = -1
    best.similarities[:] = 0.0
    left = np.int64(0)
    for at in range(known):
        left += lists.starts[terms.ids[at] + 1] - lists.starts[terms.ids[at]]
    n_read, n_touched, at = np.int64(0), 0, 0
    next_look = np.int64(_FIRST_LOOK)
    while at < known:
        feature = terms.ids[at]
        length = lists.starts[feature + 1] - lists.starts[feature]
        n_touched = _read_list(lists, feature, np.float32(terms.weights[at] * lists.idf[feature]), work, n_touched)
        n_read, left, at = n_read + length, left - length, at + 1
        if at < known and n_read >= next_look and left > _ROW_COST * len(best.rows):
            next_look = np.int64(n_read * _NEXT_LOOK)
            most = min(n_read, left) // _ROW_COST
            if best.rows[-1] < 0 or _may_be_few(index[1], terms, at, best, most):
                _score_likeliest(lists, query, allowed, (work, n_touched), likely, best)
                if best.rows[-1] >= 0 and _are_few(index[1], terms, at, (work, n_touched), best, most):
                    break
    if at == known:
        _score_likeliest(lists, query, allowed, (work, n_touched), likely, best)
    _score_hopeful(index, query, at, allowed, (work, n_touched), best)
    return _n_found(best)


@compiled
def _score_row(lists: Lists, row: int, query: tuple[Query, int]) -> float:
    """Return the similarity of one row, in [0, 1]: a sum over the row's features in their order, so always the same."""
    terms, known = query
    size = 8
    while size < 4 * known:
        size *= 2
    total = 0.0
    for place in range(lists.row_starts[row], lists.row_starts[row + 1]):
        entry = lists.entries[place]
        feature = np.int32(entry >> _SHIFT)
        slot = feature & (size - 1)
        while terms.slot_ids[slot] >= 0:
            if terms.slot_ids[slot] == feature:
                total += terms.slot_weights[slot] * lists.gains[entry & _COUNT_MASK]
                break
            slot = (slot + 1) & (size - 1)
    return float(min(total * lists.scales[row], 1.0))


@compiled
def _read_list(lists: Lists, feature: int, weight: np.float32, work: Work, n_touched: int) -> int:
    for place in range(lists.starts[feature], lists.starts[feature + 1]):
        posting = lists.postings[place]
        row = np.int64(posting >> _SHIFT)
        before = work.sums[row, 0]
        # Written in any case: a branch would be guessed wrong too often.
        work.touched[n_touched] = row
        n_touched += before == np.float32(0.0)
        work.sums[row, 0] = before + weight * np.float32(lists.gains[posting & _COUNT_MASK]) * work.sums[row, 1]
    return n_touched


@compiled
def _score_likeliest(
    lists: Lists,
    query: tuple[Query, int],
    allowed: Allowed,
    touched: tuple[Work, int],
    likely: Best,
    best: Best,
) -> None:
    """Score the touched rows of the highest partial similarities: what they reach is to be beaten."""
    work, n_touched = touched
    likely.rows[:] = -1
    likely.similarities[:] = 0.0
    bar = np.float32(0.0)
    for place in range(n_touched):
        row = work.touched[place]
        if work.sums[row, 0] > bar and _is_allowed(allowed, row):
            _offer(likely, row, np.float64(work.sums[row, 0]))
            bar = np.float32(likely.similarities[-1])
    for place in range(_n_found(likely)):
        row = likely.rows[place]
        if not _holds(best, row):
            _offer(best, row, _score_row(lists, row, query))


@compiled
def _may_be_few(bounds: Bounds, terms: Query, at: int, best: Best, most: int) -> bool:
    """Return at once whether `_are_few` could hold if somewhat better rows were found first."""
    which, bar = _set_of(bounds, terms.ids[at]), _HOPED * best.similarities[-1]
    if which < 0 or most >= bounds.order.shape[1]:
        return bool(terms.suffix[at] < bar)
    return bool(terms.suffix[at] / 255.0 * bounds.reach[which, bounds.order[which, most]] < bar)


@compiled
def _are_few(bounds: Bounds, terms: Query, at: int, touched: tuple[Work, int], best: Best, most: int) -> bool:
    """Return whether at most so many rows may still be among the best, whatever the terms from ``at`` on add."""
    work, n_touched = touched
    rest, which = terms.suffix[at], _set_of(bounds, terms.ids[at])
    bar = np.float32(best.similarities[-1] - _SLACK)
    if which < 0:
        return rest < bar and _n_above(work, n_touched, bar - np.float32(rest), most) <= most
    scale = np.float32(rest / 255.0)
    reach, order = bounds.reach[which], bounds.order[which]
    n_hopeful = 0
    while n_hopeful < len(order) and scale * reach[order[n_hopeful]] >= bar:
        n_hopeful += 1
        if n_hopeful > most:
            return False
    for place in range(n_touched):
        row = work.touched[place]
        n_hopeful += work.sums[row, 0] + scale * reach[row] >= bar
        if n_hopeful > most:
            return False
    return True


@compiled
def _n_above(work: Work, n_touched: int, bar: np.float32, most: int) -> int:
    n_found = 0
    for place in range(n_touched):
        n_found += work.sums[work.touched[place], 0] >= bar
        if n_found > most:
            break
    return n_found


@compiled
def _score_hopeful(
    index: tuple[Lists, Bounds],
    query: tuple[Query, int],
    at: int,
    allowed: Allowed,
    touched: tuple[Work, int],
    best: Best,
) -> None:
    """Score every row that may be among the best, whatever the terms from ``at`` on add to it; forget the sums."""
    (lists, bounds), (terms, known), (work, n_touched) = index, query, touched
    which = _set_of(bounds, terms.ids[at]) if at < known else -1
    rest = np.float32(terms.suffix[at])
    scale = rest / np.float32(255.0)
    bar = np.float32(best.similarities[-1] - _SLACK)
    # What is not touched has nothing in common with the query, or no more than the rest of its terms.
    for place in range(bounds.order.shape[1] if which >= 0 else 0):
        row = bounds.order[which, place]
        if scale * bounds.reach[which, row] < bar:
            break
        if work.sums[row, 0] == np.float32(0.0) and _is_allowed(allowed, row):
            _offer(best, row, _score_row(lists, row, query))
            bar = np.float32(best.similarities[-1] - _SLACK)
    for place in range(n_touched):
        row = work.touched[place]
        hoped = work.sums[row, 0] + (scale * bounds.reach[which, row] if which >= 0 else rest)
        work.sums[row, 0] = np.float32(0.0)
        if hoped >= bar and _is_allowed(allowed, row) and not _holds(best, row):
            _offer(best, row, _score_row(lists, row, query))
            bar = np.float32(best.similarities[-1] - _SLACK)


@compiled
def _set_of(bounds: Bounds, feature: int) -> int:
    """Return the smallest set of commonest features that a feature and all commoner ones are in; -1 if none is kept."""
    which = 0
    while which < len(bounds.reach) and feature >> (FIRST_REACH + which) > 0:
        which += 1
    return which if which < len(bounds.reach) else -1


@compiled
def _is_allowed(allowed: Allowed, row: int) -> bool:
    return allowed.first <= row < allowed.end and (len(allowed.mask) == 0 or allowed.mask[row])


@compiled
def _holds(best: Best, row: int) -> bool:
    found = False
    for place in range(len(best.rows)):
        found |= best.rows[place] == row
    return found


@compiled
def _n_found(best: Best) -> int:
    found = 0
    while found < len(best.rows) and best.rows[found] >= 0:
        found += 1
    return found


@compiled
def _offer(best: Best, row: int, similarity: float) -> None:
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
