"""Which texts are the same or nearly so. Says nothing about what follows from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from triage.learn.doctor.vectors import Bags, weigh

__all__ = ["Groups", "group_similar"]

# Cosine of TF-IDF weights. At .95 two texts of ten words may differ in a common word, not in a rare one.
LEAST_COSINE = 0.95
# Pairs that share a telling word and are compared; ten million take about ten seconds and pass by in blocks.
_MOST_PAIRS = 10_000_000
_BLOCK_PAIRS = 1_000_000

_Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Which rows have texts that are nearly the same.

    Parameters
    ----------
    of_row : ndarray of int64 of shape (n,)
        The row's group; a text that is like no other has its own. -1 where there is no text.
    compared, distinct : int
        Different texts, and how many of them were compared; fewer where the rest was left out by lot.
    """

    of_row: _Ints
    compared: int
    distinct: int

    def repeated(self) -> NDArray[np.bool_]:
        """Return which rows share their group with another row."""
        sizes = np.bincount(self.of_row[self.of_row >= 0], minlength=1)
        found: NDArray[np.bool_] = (self.of_row >= 0) & (sizes[np.maximum(self.of_row, 0)] > 1)
        return found


def group_similar(bags: Bags, most_pairs: int = _MOST_PAIRS) -> Groups:
    """Group texts of the same words, and of TF-IDF cosine .95 or above; likeness is handed on along chains.

    Parameters
    ----------
    bags : Bags
    most_pairs : int, default=10_000_000
        Bound on the pairs that are compared; beyond it different texts are drawn by lot, with a fixed seed.

    Notes
    -----
    Words stand rarest first. With the weight of the words from some place on below .95, a text that is like this one
    must share one of those before: only pairs that share such a word are compared. R. Bayardo, Y. Ma and R. Srikant,
    "Scaling Up All Pairs Similarity Search" (WWW 2007).

    Examples
    --------
    >>> from triage.learn.doctor.vectors import to_bags
    >>> group_similar(to_bags(["vpn down", "VPN down.", "printer jam", ""])).of_row.tolist()
    [0, 0, 1, -1]
    """
    given = bags.exact >= 0
    exact, first = np.unique(bags.exact[given], return_index=True)
    if not len(exact):
        return Groups(np.full(len(bags.exact), -1, np.int64), 0, 0)
    weighed = weigh(bags.counts[np.flatnonzero(given)[first]])
    compared, prefixes = _within_bounds(weighed, most_pairs)
    left, right = _similar_pairs(weighed[compared], prefixes)
    links = coo_array((np.ones(len(left), np.int8), (compared[left], compared[right])), shape=(len(exact), len(exact)))
    _, component = connected_components(links, directed=False)
    of_row = np.full(len(bags.exact), -1, np.int64)
    # Numbers of the exact texts have no gaps and run from 0, as every one of them occurs.
    of_row[given] = component[bags.exact[given]]
    return Groups(of_row, len(compared), len(exact))


def _within_bounds(weighed: csr_array, most_pairs: int) -> tuple[_Ints, csr_array]:
    compared = np.arange(weighed.shape[0])
    while True:
        prefixes = _prefixes(weighed[compared])
        frequency = np.bincount(prefixes.indices, minlength=1).astype(np.float64)
        pairs = float((frequency * (frequency - 1) / 2).sum())
        if pairs <= most_pairs or len(compared) < 2:
            return compared, prefixes
        n_kept = max(int(len(compared) * min(np.sqrt(most_pairs / pairs), 0.9)), 1)
        compared = np.sort(np.random.default_rng(0).choice(compared, n_kept, replace=False))


def _prefixes(weighed: csr_array) -> csr_array:
    """Return the rarest words of each text, as many as the rest needs to weigh less than the least cosine."""
    frequency = np.bincount(weighed.indices, minlength=weighed.shape[1])
    rank = np.empty(weighed.shape[1], np.int64)
    rank[np.argsort(frequency, kind="stable")] = np.arange(weighed.shape[1])
    row = np.repeat(np.arange(weighed.shape[0]), np.diff(weighed.indptr))
    order = np.lexsort((rank[weighed.indices], row))
    indices, squares = weighed.indices[order], weighed.data[order].astype(np.float64) ** 2
    before = np.cumsum(squares) - squares
    before -= np.repeat(before[weighed.indptr[:-1]], np.diff(weighed.indptr))
    # A little more than needed, as single precision adds up to a length that is not quite 1.
    kept = np.flatnonzero(before <= 1.0 - LEAST_COSINE**2 + 1e-4)
    counts = np.bincount(row[kept], minlength=weighed.shape[0])
    starts = np.concatenate([[0], np.cumsum(counts)])
    return csr_array((np.ones(len(kept), np.float32), indices[kept], starts), shape=weighed.shape)


def _similar_pairs(weighed: csr_array, prefixes: csr_array) -> tuple[_Ints, _Ints]:
    sharing = prefixes.T.tocsr()
    cost = np.asarray(prefixes @ np.diff(sharing.indptr).astype(np.float64))
    blocks = np.floor(np.cumsum(cost) / _BLOCK_PAIRS).astype(np.int64)
    lefts, rights = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for rows in np.split(np.arange(len(blocks)), np.flatnonzero(np.diff(blocks)) + 1):
        found = (prefixes[rows] @ sharing).tocoo()
        left, right = rows[found.row], found.col.astype(np.int64)
        left, right = left[left < right], right[left < right]
        cosine = np.asarray(weighed[left].multiply(weighed[right]).sum(axis=1)).ravel()
        alike = cosine >= LEAST_COSINE
        lefts.append(left[alike])
        rights.append(right[alike])
    return np.concatenate(lefts), np.concatenate(rights)
