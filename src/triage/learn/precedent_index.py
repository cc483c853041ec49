"""An inverted index of past incidents' texts: words and stems, hashed. Holds no text, and knows nothing of outcomes.

A text's features are its words and their first five characters; the first eight words count three times, as titles come
first. A feature weighs ``(1 + log count) * idf``, and two texts are as similar as the cosine of their features.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from triage.compiling import resolved
from triage.errors import DataError
from triage.learn.list_kernel import collect_stems, invert, measure_rows, number_features
from triage.learn.precedent_kernel import COUNT_BITS, MOST_COUNTED, Allowed, Best, Lists, Query, Work
from triage.learn.precedent_search import search
from triage.learn.rooms import TextRooms
from triage.learn.slots import Slots, build_slots
from triage.learn.terms import encode, in_batches
from triage.learn.text import letters
from triage.learn.text_kernel import Scratch, empty_scratch, most_features, most_stems
from triage.parts import Array

__all__ = ["ALL", "GAINS", "HEAD_REPEATS", "Found", "PrecedentIndex", "build_index", "empty_best"]

# On the older four fifths of the Hadoop reports, of 58 that repeat an earlier one, that one was among the five nearest
# for .86 without this and without stems .86, with both .88; its mean reciprocal rank rose from .66 to .71.
HEAD_REPEATS = 3
# Row and feature numbers share 32 bits with a count.
_MOST_NUMBERS = 1 << (32 - COUNT_BITS)
# Sets of commonest features whose reach is kept, up to 2**15 features, and all: the lists of what is rarer are short.
_N_SETS = 13


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Rows that are like a text, nearest first; of equally near ones the newest first.

    Parameters
    ----------
    rows : list of int
    similarities : list of float
        Cosines in (0, 1].
    """

    rows: list[int]
    similarities: list[float]


class PrecedentIndex:
    """Rows of past texts, findable by similarity.

    Parameters
    ----------
    keys : ndarray of uint64 of shape (n_features,)
        Hashes, from the commonest feature on.
    row_starts : ndarray of int64 of shape (n_rows + 1,)
    entries : ndarray of uint32 of shape (row_starts[-1],)
        Each row's features and their counts, ``feature * 64 + count``, by feature.
    repeats : int, default=HEAD_REPEATS
        How often the first words of a text count.

    Raises
    ------
    ValueError
        The arrays do not fit each other.

    Notes
    -----
    Takes 8 bytes a feature of a row, some 1 kB a ticket of 60 words, and 60 bytes a row. Searches wait for each other.
    """

    def __init__(self, keys: Array, row_starts: Array, entries: Array, repeats: int = HEAD_REPEATS) -> None:
        self.keys = np.array(keys, np.uint64)
        self.row_starts = np.array(row_starts, np.int64)
        self.entries = np.array(entries, np.uint32)
        self.repeats = repeats
        self._check()
        n_rows, n_features = len(self), len(self.keys)
        frequencies = np.bincount(self.entries >> COUNT_BITS, minlength=n_features)
        self.idf = rarity(frequencies, n_rows)
        self.unknown_idf = float(rarity(np.zeros(1), n_rows)[0])
        starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(frequencies)])
        postings = np.empty_like(self.entries)
        invert(self.row_starts, self.entries, starts[:-1].copy(), postings)
        scales, reach = np.empty(n_rows), np.empty((_N_SETS, n_rows), np.uint8)
        measure_rows(self.row_starts, self.entries, (self.idf, GAINS), scales, reach)
        self.lists = Lists(
            _to_slots(self.keys), self.idf, starts, postings, self.row_starts, self.entries, scales, GAINS
        )
        # Within all features lies the whole row.
        reach[-1] = 255
        self._reach = reach
        self._work = Work(np.zeros(n_rows, np.float32), scales.astype(np.float32))
        self._rooms = TextRooms(_empty_room)
        self._kernel: Callable[..., tuple[int, int]] | None = None
        self._lock = Lock()

    def _check(self) -> None:
        starts, n_entries = self.row_starts, len(self.entries)
        fits = len(starts) > 0 and starts[0] == 0 and starts[-1] == n_entries and bool((np.diff(starts) >= 0).all())
        # A kernel looks at no bounds: what a file says must not lead it out of its arrays.
        if not fits or int((self.entries >> COUNT_BITS).max(initial=0)) >= max(len(self.keys), 1):
            raise ValueError(f"{len(starts)} starts of rows, {n_entries} entries and {len(self.keys)} keys do not fit.")

    def __len__(self) -> int:
        return len(self.row_starts) - 1

    def find(self, text: str, k: int, allowed: NDArray[np.bool_] | None = None, rows: range | None = None) -> Found:
        """Return the rows that are most like a text.

        Parameters
        ----------
        text : str
        k : int
            How many; rows that share nothing with the text are not returned.
        allowed : ndarray of bool of shape (n_rows,) or None, default=None
            Which rows may be returned.
        rows : range or None, default=None
            Only rows of this range are; its step is 1.
        """
        if k < 1 or not len(self):
            return Found([], [])
        codes, _ = encode([text])
        best, likely = empty_best(k), empty_best(k)
        span = range(len(self)) if rows is None else rows
        # A copy, as the kernel reads one layout alone.
        may_be = ALL if allowed is None else np.array(allowed, np.bool_)
        within = Allowed(may_be, max(span.start, 0), min(span.stop, len(self)))
        text_read, known = (codes, letters(), self.repeats), (self.lists, self._reach, self.unknown_idf)
        with self._lock:
            scratch, query = self._rooms.room(len(codes))
            arguments = text_read, scratch, known, within, (query, self._work, likely), best
            if self._kernel is None:
                self._kernel = resolved(search, *arguments)
            n_found, _ = self._kernel(*arguments)
        return Found(best.rows[:n_found].tolist(), best.similarities[:n_found].tolist())


def build_index(texts: Sequence[str], repeats: int = HEAD_REPEATS) -> PrecedentIndex:
    """Index texts, in their order.

    Raises
    ------
    DataError
        There are more rows or features than an index can number (67 million).

    Examples
    --------
    >>> index = build_index(["vpn is down", "printer jam", "printers jammed"])
    >>> index.find("the printer jams", 2).rows
    [1, 2]
    """
    batches = [_collect(texts[begin:end], repeats) for begin, end in in_batches(texts)]
    keys = np.concatenate([np.empty(0, np.uint64), *(each.keys for each in batches)])
    counts = np.concatenate([np.empty(0, np.uint32), *(each.counts for each in batches)])
    sizes = np.concatenate([np.empty(0, np.int64), *(each.sizes for each in batches)])
    distinct = np.unique(np.concatenate([np.empty(0, np.uint64), *(np.unique(each.keys) for each in batches)]))
    if max(len(distinct), len(texts)) >= _MOST_NUMBERS:
        raise DataError(
            f"An index of past incidents numbers at most {_MOST_NUMBERS:,} rows and features. "
            f"Got {len(texts):,} and {len(distinct):,}."
        )
    numbers = np.empty(len(keys), np.int32)
    number_features(keys, _to_slots(distinct), numbers)
    frequencies = np.bincount(numbers, minlength=len(distinct))
    # Stable: ties stay in order of the hashes.
    order = np.argsort(-frequencies, kind="stable")
    rank = np.empty(len(order), np.uint32)
    rank[order] = np.arange(len(order), dtype=np.uint32)
    packed = (rank[numbers] << np.uint32(COUNT_BITS)) | counts
    row_starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    # Turned round twice, a row's features are in order.
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(frequencies[order])])
    postings, entries = np.empty_like(packed), np.empty_like(packed)
    invert(row_starts, packed, starts[:-1].copy(), postings)
    invert(starts, postings, row_starts[:-1].copy(), entries)
    return PrecedentIndex(distinct[order], row_starts, entries, repeats)


def rarity(frequencies: NDArray[np.int64] | NDArray[np.float64], n_rows: int) -> NDArray[np.float64]:
    """Return how rare features are: the inverse document frequency, above 0 as in BM25.

    Parameters
    ----------
    frequencies : ndarray of shape (n_features,)
        In how many of the rows each is, in [0, n_rows].
    n_rows : int

    Returns
    -------
    ndarray of float64 of shape (n_features,)

    Notes
    -----
    ``log(1 + (n - df + .5) / (df + .5))``: S. Robertson and H. Zaragoza, "The Probabilistic Relevance Framework: BM25
    and Beyond", 2009, with 1 added as Lucene does, so that what is in most rows still counts.
    """
    return np.log1p((n_rows - frequencies + 0.5) / (frequencies + 0.5))


def empty_query(n_features: int) -> Query:
    """Return room for a query of up to so many features."""
    n_slots = 4 << max(n_features, 2).bit_length()
    return Query(
        np.empty(n_features, np.int32),
        np.empty(n_features),
        np.empty(n_features + 1),
        np.empty(n_slots, np.int32),
        np.empty(n_slots),
        np.empty(n_features, np.int64),
    )


def empty_best(k: int) -> Best:
    """Return room for so many rows."""
    return Best(np.empty(k, np.int64), np.empty(k))


def _empty_room(n_code_points: int) -> tuple[Scratch, Query]:
    return empty_scratch(n_code_points), empty_query(most_stems(n_code_points))


GAINS = np.concatenate([np.zeros(1), 1.0 + np.log(np.arange(1, MOST_COUNTED + 1))])
ALL = np.empty(0, np.bool_)


@dataclass(frozen=True, slots=True, eq=False)
class _Collected:
    keys: NDArray[np.uint64]
    counts: NDArray[np.uint32]
    sizes: NDArray[np.int64]


def _collect(texts: Sequence[str], repeats: int) -> _Collected:
    codes, ends = encode(texts)
    lengths = np.diff(ends, prepend=0).tolist()
    room = sum(map(most_features, lengths))
    keys, counts, sizes = np.empty(room, np.uint64), np.empty(room, np.uint32), np.empty(len(texts), np.int64)
    scratch = empty_scratch(max(lengths, default=0))
    n = collect_stems((codes, ends), letters(), scratch, repeats, (keys, counts, sizes))
    return _Collected(keys[:n].copy(), counts[:n].copy(), sizes)


def _to_slots(keys: NDArray[np.uint64]) -> Slots:
    return build_slots(keys, np.arange(len(keys), dtype=np.int32))
