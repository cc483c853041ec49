"""Texts that came after an index was built, findable from the next search on, without building it again."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from triage.compiling import resolved
from triage.learn.precedent_index import ALL, Found, PrecedentIndex, empty_best
from triage.learn.precedent_kernel import Allowed, count_stems
from triage.learn.recent_kernel import Chains, add_row, find_in_chains
from triage.learn.rooms import TextRooms
from triage.learn.terms import encode
from triage.learn.text import letters
from triage.learn.text_kernel import Scratch, empty_scratch

__all__ = ["RecentIndex"]

_Number = TypeVar("_Number", np.int32, np.float64)
_FIRST_ROWS, _FIRST_POSTINGS, _FIRST_SLOTS = 64, 4_096, 8_192


class RecentIndex:
    """A tail of an index.

    Parameters
    ----------
    base : PrecedentIndex
        Says how rare a feature is; what it does not know is as rare as can be.
    most_rows : int
        How many are kept: `is_full` says when no more can be added.

    Notes
    -----
    A row is as similar to a text as it would be in the base index. Adding costs some microseconds a row, and now and
    then a copy of what is there, which doubles its room; a search reads every posting of the text's features.
    """

    def __init__(self, base: PrecedentIndex, most_rows: int) -> None:
        self._base = base
        self._most_rows = most_rows
        self._chains = _empty(_FIRST_ROWS, _FIRST_POSTINGS, _FIRST_SLOTS)
        self._n_rows = self._n_postings = self._n_features = 0
        self._rooms = TextRooms(empty_scratch)
        self._count: Callable[..., int] | None = None
        self._find: Callable[..., int] | None = None
        self._lock = Lock()

    def __len__(self) -> int:
        return self._n_rows

    @property
    def is_full(self) -> bool:
        """Whether no row can be added."""
        return self._n_rows >= self._most_rows

    def add(self, text: str) -> None:
        """Add a text as the newest row.

        Raises
        ------
        ValueError
            It is full.
        """
        if self.is_full:
            raise ValueError(f"The index holds {self._most_rows} rows and takes no more.")
        with self._lock:
            scratch, n_distinct = self._stems(text)
            self._make_room(n_distinct)
            self._n_postings, n_new = add_row(
                self._chains,
                self._n_rows,
                self._n_postings,
                (scratch, n_distinct),
                self._base.lists,
                self._base.unknown_idf,
            )
            self._n_features += n_new
            self._n_rows += 1

    def find(self, text: str, k: int, allowed: NDArray[np.bool_] | None = None, rows: range | None = None) -> Found:
        """Return the rows that are most like a text; as :meth:`PrecedentIndex.find` does."""
        if k < 1 or not self._n_rows:
            return Found([], [])
        best = empty_best(k)
        span = range(self._n_rows) if rows is None else rows
        # A copy, as the kernel reads one layout alone.
        within = Allowed(ALL if allowed is None else np.array(allowed, np.bool_), span.start, span.stop)
        lists = self._base.lists, self._base.unknown_idf
        with self._lock:
            stems = self._stems(text)
            arguments = self._chains, self._n_rows, stems, lists, within, best
            if self._find is None:
                self._find = resolved(find_in_chains, *arguments)
            n_found = self._find(*arguments)
        return Found(best.rows[:n_found].tolist(), best.similarities[:n_found].tolist())

    def _stems(self, text: str) -> tuple[Scratch, int]:
        """Return a text's features; the lock is held until they are read."""
        codes, _ = encode([text])
        scratch = self._rooms.room(len(codes))
        arguments = codes, letters(), scratch, self._base.repeats
        if self._count is None:
            self._count = resolved(count_stems, *arguments)
        return scratch, self._count(*arguments)

    def _make_room(self, n_distinct: int) -> None:
        chains = self._chains
        if self._n_rows == len(chains.scales):
            chains = chains._replace(scales=_doubled(chains.scales, 1), sums=np.zeros(2 * len(chains.sums)))
        if self._n_postings + n_distinct > len(chains.rows):
            postings = [_doubled(each, n_distinct) for each in (chains.rows, chains.counts, chains.before)]
            chains = chains._replace(rows=postings[0], counts=postings[1], before=postings[2])
        if 2 * (self._n_features + n_distinct) > len(chains.heads):
            chains = _respread(chains, 2 * (self._n_features + n_distinct))
        self._chains = chains


def _empty(n_rows: int, n_postings: int, n_slots: int) -> Chains:
    return Chains(
        np.zeros(n_slots, np.uint64),
        np.full(n_slots, -1, np.int32),
        np.zeros(n_slots),
        np.empty(n_postings, np.int32),
        np.empty(n_postings, np.int32),
        np.empty(n_postings, np.int32),
        np.empty(n_rows),
        np.zeros(n_rows),
    )


def _doubled(array: NDArray[_Number], least: int) -> NDArray[_Number]:
    return np.concatenate([array, np.empty(max(len(array), least), array.dtype)])


def _respread(chains: Chains, least: int) -> Chains:
    n_slots = 2 << least.bit_length()
    taken = np.flatnonzero(chains.heads >= 0)
    keys, heads, idf = np.zeros(n_slots, np.uint64), np.full(n_slots, -1, np.int32), np.zeros(n_slots)
    wanted = (chains.keys[taken] & np.uint64(n_slots - 1)).astype(np.int64)
    # Round by round, each slot takes the first that wants it; the others go on to the next slot.
    left = np.arange(len(taken))
    while len(left):
        slots, first = np.unique(wanted[left], return_index=True)
        free = heads[slots] < 0
        settled = left[first[free]]
        into = wanted[settled]
        keys[into], heads[into] = chains.keys[taken[settled]], chains.heads[taken[settled]]
        idf[into] = chains.idf[taken[settled]]
        left = np.setdiff1d(left, settled, assume_unique=True)
        wanted[left] = (wanted[left] + 1) & (n_slots - 1)
    return chains._replace(keys=keys, heads=heads, idf=idf)
