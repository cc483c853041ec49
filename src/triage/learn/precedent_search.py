"""Finds the rows of an inverted index that are nearest to a text, by exact cosine. Builds no index.

Terms are read from the rarest on. The short lists are read at once, and the likeliest of their rows are scored: what
these reach is to be beaten. The long lists are read span by span of rows, so that a span's sums stay in the nearest
cache, and each span starts with the bar that the last one left. What a row can still gain is bounded by the norm of the
rest of the query times the norm of the row within the commonest features, to which all that is left belongs; once few
rows of a span can get over the bar, its other postings are not read, and these rows are scored from their own features.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.learn.precedent_kernel import (
    COUNT_BITS,
    FIRST_REACH,
    MOST_COUNTED,
    Allowed,
    Best,
    Lists,
    Query,
    Work,
    count_stems,
    holds,
    n_found,
    offer,
    weigh_query,
)
from triage.learn.text_kernel import Scratch

__all__ = ["find_in_lists", "search"]

_SHIFT, _COUNT_MASK = np.uint32(COUNT_BITS), np.uint32(MOST_COUNTED)
# Sums of partial similarities are of single precision; 800 terms of them are off by less than half of this.
_SLACK = np.float32(1e-4)
# Less than any similarity, and less than any sum of a row that was scored already, whatever is added to it.
_LEAST, _SCORED = np.float32(1e-30), np.float32(-1e30)
# Lists are read at once while their postings are no more than this, or this share of the rows.
_AT_ONCE, _SHARE_AT_ONCE = 1_000, 8
# Rows of a span: their sums take 16 kB. And of a part of it, which is looked at more closely if any row may get over.
_SPAN, _PART = 4_096, 64
# Scoring a row from its own features costs as much as reading so many postings.
_ROW_COST = 150
# Reading ends when scoring the rest costs at most this share of what was read.
_SHARE_OF_READ = 0.25


@compiled
def search(
    text: tuple[NDArray[np.uint32], NDArray[np.uint8], int],
    scratch: Scratch,
    index: tuple[Lists, NDArray[np.uint8], float],
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
    index : tuple of Lists, ndarray of uint8 and float
        With the reach, as `find_in_lists` takes it, and the idf of a feature that the index does not know.
    allowed : Allowed
    room : tuple of Query, Work and Best
        The last as large as ``best``.
    best : Best
        Filled.
    """
    lists, reach, unknown_idf = index
    query, work, likely = room
    n_distinct = count_stems(text[0], text[1], scratch, text[2])
    known = weigh_query(lists, scratch, n_distinct, unknown_idf, query)
    return find_in_lists((lists, reach), (query, known), allowed, work, likely, best), n_distinct


@compiled
def find_in_lists(
    index: tuple[Lists, NDArray[np.uint8]],
    query: tuple[Query, int],
    allowed: Allowed,
    work: Work,
    likely: Best,
    best: Best,
) -> int:
    """Find the nearest rows; return how many were found.

    Parameters
    ----------
    index : tuple of Lists and ndarray of uint8 of shape (n_sets, n_rows)
        The norm of each scaled row's part within the ``2**(FIRST_REACH + set)`` commonest features, and for the last
        set within all of them, rounded up to a whole 255th.
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
    most = max(_AT_ONCE, len(lists.scales) // _SHARE_AT_ONCE)
    at = 0
    while at < known and _length(lists, terms.ids[at]) <= most:
        _read_list(lists, terms, at, work)
        most -= _length(lists, terms.ids[at])
        at += 1
    _score_likeliest(lists, query, at, allowed, (work, likely), best)
    stopped = at
    for later in range(at, known):
        terms.places[later] = lists.starts[terms.ids[later]]
    for begin in range(allowed.first, allowed.end if at < known else allowed.first, _SPAN):
        end = min(begin + _SPAN, allowed.end)
        stopped = _read_span(index, query, (at, stopped), (begin, end), work, best)
        _score_hopeful(index, (terms, known, stopped), (begin, end), allowed, work, best)
    _finish(lists, query, at, allowed, work, best)
    return n_found(best)


@compiled
def _length(lists: Lists, feature: int) -> int:
    return int(lists.starts[feature + 1] - lists.starts[feature])


@compiled
def _read_list(lists: Lists, terms: Query, at: int, work: Work) -> None:
    feature = terms.ids[at]
    weight = np.float32(terms.weights[at] * lists.idf[feature])
    for place in range(lists.starts[feature], lists.starts[feature + 1]):
        posting = lists.postings[place]
        work.sums[np.int64(posting >> _SHIFT)] += weight * np.float32(lists.gains[posting & _COUNT_MASK])


@compiled
def _score_likeliest(
    lists: Lists,
    query: tuple[Query, int],
    n_read: int,
    allowed: Allowed,
    room: tuple[Work, Best],
    best: Best,
) -> None:
    """Score the rows of the highest sums over the lists that were read."""
    work, likely = room
    likely.rows[:] = -1
    likely.similarities[:] = 0.0
    bar = np.float32(0.0)
    for at in range(n_read):
        feature = query[0].ids[at]
        for place in range(lists.starts[feature], lists.starts[feature + 1]):
            row = int(lists.postings[place] >> _SHIFT)
            partial = work.sums[row] * work.scales[row]
            if partial > bar and _is_allowed(allowed, row) and not holds(likely, row):
                offer(likely, row, np.float64(partial))
                bar = np.float32(likely.similarities[-1])
    for place in range(n_found(likely)):
        _score(lists, query, likely.rows[place], work, best)


@compiled
def _read_span(
    index: tuple[Lists, NDArray[np.uint8]],
    query: tuple[Query, int],
    progress: tuple[int, int],
    span: tuple[int, int],
    work: Work,
    best: Best,
) -> int:
    """Add up a span's postings until few rows may still be among the best; return how many terms were read."""
    (lists, reach), (terms, known) = index, query
    at, stopped = progress
    n_read, begin, end = 0, np.uint32(span[0]) << _SHIFT, np.uint32(span[1]) << _SHIFT
    next_look = max(at + 1, stopped - 2)
    while at < known:
        feature = terms.ids[at]
        weight = np.float32(terms.weights[at] * lists.idf[feature])
        last = lists.starts[feature + 1]
        place = _first_from(lists.postings, terms.places[at], last, begin)
        n_read -= place
        while place < last and lists.postings[place] < end:
            posting = lists.postings[place]
            work.sums[np.int64(posting >> _SHIFT)] += weight * np.float32(lists.gains[posting & _COUNT_MASK])
            place += 1
        n_read += place
        terms.places[at] = place
        at += 1
        if at >= next_look and at < known and best.rows[-1] >= 0:
            bounds = reach[_set_of(reach, terms.ids[at])]
            n_hopeful = _n_hopeful(work, bounds, terms.suffix[at], _bar(best), span)
            if n_hopeful * _ROW_COST <= n_read * _SHARE_OF_READ:
                break
    return at


@compiled
def _first_from(postings: NDArray[np.uint32], low: int, high: int, least: np.uint32) -> int:
    """Return the first place from ``low`` on whose posting is not below ``least``."""
    if low == high or postings[low] >= least:
        return low
    while low < high:
        middle = (low + high) // 2
        if postings[middle] < least:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def _n_hopeful(work: Work, reach: NDArray[np.uint8], rest: float, bar: np.float32, span: tuple[int, int]) -> int:
    scale, n_hopeful = np.float32(rest / 255.0), np.int32(0)
    sums, scales, reaches = work.sums[span[0] : span[1]], work.scales[span[0] : span[1]], reach[span[0] : span[1]]
    for row in range(len(sums)):
        n_hopeful = np.int32(n_hopeful + np.int32(sums[row] * scales[row] + scale * np.float32(reaches[row]) >= bar))
    return int(n_hopeful)


@compiled
def _score_hopeful(
    index: tuple[Lists, NDArray[np.uint8]],
    query: tuple[Query, int, int],
    span: tuple[int, int],
    allowed: Allowed,
    work: Work,
    best: Best,
) -> None:
    """Score each row of a span that may be among the best, whatever unread terms add; forget the sums."""
    (lists, reach), (terms, known, at) = index, query
    bounds = reach[_set_of(reach, terms.ids[at]) if at < known else 0]
    rest = terms.suffix[at]
    scale = np.float32(rest / 255.0)
    for begin in range(span[0], span[1], _PART):
        end = min(begin + _PART, span[1])
        if _n_hopeful(work, bounds, rest, _bar(best), (begin, end)) > 0:
            for row in range(begin, end):
                hoped = work.sums[row] * work.scales[row] + scale * np.float32(bounds[row])
                if hoped >= _bar(best) and _is_allowed(allowed, row):
                    _score(lists, (terms, known), row, work, best)
    work.sums[span[0] : span[1]] = np.float32(0.0)


@compiled
def _finish(lists: Lists, query: tuple[Query, int], n_read: int, allowed: Allowed, work: Work, best: Best) -> None:
    """Forget the sums of what was read at once; if that was all, score each row that may be among the best."""
    for at in range(n_read):
        feature = query[0].ids[at]
        for place in range(lists.starts[feature], lists.starts[feature + 1]):
            row = int(lists.postings[place] >> _SHIFT)
            if n_read == query[1] and work.sums[row] * work.scales[row] >= _bar(best) and _is_allowed(allowed, row):
                _score(lists, query, row, work, best)
            work.sums[row] = np.float32(0.0)


@compiled
def _bar(best: Best) -> np.float32:
    return max(np.float32(best.similarities[-1]) - _SLACK, _LEAST)


@compiled
def _score(lists: Lists, query: tuple[Query, int], row: int, work: Work, best: Best) -> None:
    """Offer a row with its similarity in [0, 1]: a sum over its features in their order, so always the same."""
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
    work.sums[row] = _SCORED
    offer(best, row, float(min(total * lists.scales[row], 1.0)))


@compiled
def _set_of(reach: NDArray[np.uint8], feature: int) -> int:
    """Return the smallest set of commonest features that a feature and all commoner ones are in."""
    which = 0
    while which < len(reach) - 1 and feature >> (FIRST_REACH + which) > 0:
        which += 1
    return which


@compiled
def _is_allowed(allowed: Allowed, row: int) -> bool:
    return allowed.first <= row < allowed.end and (len(allowed.mask) == 0 or allowed.mask[row])
