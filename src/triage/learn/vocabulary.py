"""Learns which features of texts are worth keeping, and how rare each is. Never weighs a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from triage.learn.count_kernel import collect_features, sketch_texts
from triage.learn.terms import TermFeatures, encode, in_batches
from triage.learn.text import letters
from triage.learn.text_kernel import VIEWS, empty_scratch, most_features

__all__ = ["fit_terms"]

# In how many tickets a feature of each view must be: a word or pair of one ticket teaches nothing about the next;
# pieces and loose pairs are commoner, so the bar is higher.
_LEAST_TICKETS = (2, 3, 2, 3)
# The commonest that are kept: bounds a bundle at about 330 MB with 100 labels.
_MOST_FEATURES = (400_000, 100_000, 100_000, 200_000)
# Of more tickets only a third as many: what is rarer among so many says little, and embeddings are the most memory.
_LONG_HISTORY = 100_000
# Cells of the sketch a ticket: a ticket of 60 words has some 700 different features, so that even if it shared none
# most cells would be hit once at most. Two bits a cell, so at most 128 MB; beyond half a million tickets more features
# are counted in vain.
_CELLS_PER_TICKET, _FEWEST_CELLS, _MOST_CELLS = 1024, 1 << 16, 1 << 29
# Features that are collected before they are sorted and counted: 32 MB.
_MERGED_AT_ONCE = 4_000_000


def fit_terms(texts: Sequence[str]) -> TermFeatures:
    """Learn which features are worth a number, and how rare each is.

    Parameters
    ----------
    texts : sequence of str
        The training tickets; their order does not matter.

    Notes
    -----
    The inverse document frequency is smoothed, ``log((1 + n) / (1 + df)) + 1``, as in scikit-learn's TfidfTransformer.
    In a view features are numbered from the commonest on, ties by their hash, so that what most texts need lies
    together. Texts are read twice: the first pass finds what is certainly too rare to count.

    Examples
    --------
    >>> fit_terms(["printer jam", "printer jam", "login"]).sizes
    (3, 0, 3, 0)
    """
    sketch = _sketch(texts)
    counted = [_Counts() for _ in range(VIEWS)]
    waiting: list[tuple[NDArray[np.uint64], NDArray[np.uint8]]] = []
    for begin, end in in_batches(texts):
        waiting.append(_collect(texts[begin:end], sketch))
        if sum(len(features) for features, _ in waiting) > _MERGED_AT_ONCE:
            _merge(counted, waiting)
    _merge(counted, waiting)
    share = 1 if len(texts) <= _LONG_HISTORY else 3
    kept = [
        counts.commonest(least, most // share)
        for counts, least, most in zip(counted, _LEAST_TICKETS, _MOST_FEATURES, strict=True)
    ]
    frequencies = np.concatenate([tickets for _, tickets in kept]).astype(np.float64)
    idf = np.log((1.0 + len(texts)) / (1.0 + frequencies)) + 1.0
    return TermFeatures(np.concatenate([keys for keys, _ in kept]), idf, tuple(len(keys) for keys, _ in kept))


@dataclass(slots=True)
class _Counts:
    """In how many tickets each feature of a view is; features in ascending order."""

    features: NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, np.uint64))
    tickets: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    def add(self, features: NDArray[np.uint64]) -> None:
        """Count features in, each as often as it is given."""
        distinct, times = np.unique(features, return_counts=True)
        at = np.searchsorted(self.features, distinct)
        is_known = np.zeros(len(distinct), bool)
        inside = at < len(self.features)
        is_known[inside] = self.features[at[inside]] == distinct[inside]
        self.tickets[at[is_known]] += times[is_known]
        self.features = np.insert(self.features, at[~is_known], distinct[~is_known])
        self.tickets = np.insert(self.tickets, at[~is_known], times[~is_known])

    def commonest(self, least: int, most: int) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        """Return the features of at least ``least`` tickets, at most ``most`` of them, the commonest first."""
        enough = self.tickets >= least
        features, tickets = self.features[enough], self.tickets[enough]
        # Stable: ties stay in ascending order of the features.
        order = np.argsort(-tickets, kind="stable")[:most]
        return features[order], tickets[order]


def _sketch(texts: Sequence[str]) -> NDArray[np.uint8]:
    cells = min(max(1 << (_CELLS_PER_TICKET * len(texts)).bit_length(), _FEWEST_CELLS), _MOST_CELLS)
    sketch = np.zeros(cells // 4, np.uint8)
    for begin, end in in_batches(texts):
        codes, ends = encode(texts[begin:end])
        sketch_texts(codes, ends, letters(), empty_scratch(_longest(ends)), sketch)
    return sketch


def _collect(texts: Sequence[str], sketch: NDArray[np.uint8]) -> tuple[NDArray[np.uint64], NDArray[np.uint8]]:
    codes, ends = encode(texts)
    room = sum(map(most_features, np.diff(ends, prepend=0).tolist()))
    found = (np.empty(room, np.uint64), np.empty(room, np.uint8))
    least = np.array(_LEAST_TICKETS)
    n = collect_features((codes, ends), letters(), empty_scratch(_longest(ends)), sketch, least, found)
    return found[0][:n].copy(), found[1][:n].copy()


def _longest(ends: NDArray[np.int64]) -> int:
    return int(np.diff(ends, prepend=0).max(initial=0))


def _merge(counted: Sequence[_Counts], waiting: list[tuple[NDArray[np.uint64], NDArray[np.uint8]]]) -> None:
    for view, counts in enumerate(counted):
        counts.add(np.concatenate([np.empty(0, np.uint64), *(found[views == view] for found, views in waiting)]))
    waiting.clear()
