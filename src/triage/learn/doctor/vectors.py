"""Texts and fields → sparse rows, for comparing and for quick fits. Not the features of any model that is kept."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

from triage.learn.doctor.findings import Cells
from triage.learn.text import words

__all__ = ["Bags", "to_bags", "to_matrix", "weigh"]

# Of a longer text (a pasted log) the beginning tells it apart; 50,000 texts of this length take 160 MB.
_MOST_WORDS = 400


@dataclass(frozen=True, slots=True, eq=False)
class Bags:
    """Words of texts.

    Parameters
    ----------
    counts : csr_array of shape (n, n_words)
        How often a text holds a word.
    exact : ndarray of int64 of shape (n,)
        The same number for texts of the same words in the same order; -1 where there is no word.
    """

    counts: csr_array
    exact: NDArray[np.int64]


def to_bags(texts: Sequence[str]) -> Bags:
    """Take texts apart into words, of which the first 400 count.

    Examples
    --------
    >>> to_bags(["VPN down!", "vpn: down", "", "down"]).exact.tolist()
    [0, 0, -1, 1]
    """
    vocabulary: dict[str, int] = {}
    known: dict[bytes, int] = {}
    codes, lengths, exact = array("i"), array("q"), array("q")
    for text in texts:
        own = array("i", [vocabulary.setdefault(word, len(vocabulary)) for word in words(text)[:_MOST_WORDS]])
        exact.append(known.setdefault(own.tobytes(), len(known)) if own else -1)
        lengths.append(len(own))
        codes.extend(own)
    starts = np.cumsum([0, *lengths])
    shape = (len(lengths), max(len(vocabulary), 1))
    counts = csr_array((np.ones(len(codes), np.float32), np.asarray(codes, np.int32), starts), shape=shape)
    counts.sum_duplicates()
    return Bags(counts, np.asarray(exact, np.int64))


def weigh(counts: csr_array, least: int = 1) -> csr_array:
    """Weigh counts by TF-IDF and scale rows to unit length; words of fewer than ``least`` texts are left out.

    Notes
    -----
    ``(1 + log count) * (log((1 + n) / (1 + df)) + 1)``, as the models' own features.
    """
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    kept = np.flatnonzero(frequency >= least)
    chosen = counts[:, kept].tocsr()
    idf = (np.log((1.0 + counts.shape[0]) / (1.0 + frequency[kept])) + 1.0).astype(np.float32)
    chosen.data = (1.0 + np.log(chosen.data)) * idf[chosen.indices]
    lengths = np.sqrt(np.add.reduceat(np.append(chosen.data**2, 0.0), np.minimum(chosen.indptr[:-1], chosen.nnz)))
    per_row = np.diff(chosen.indptr)
    chosen.data = (chosen.data / np.repeat(np.where(per_row > 0, lengths, 1.0), per_row)).astype(np.float32)
    return chosen


def to_matrix(counts: csr_array, fields: Sequence[Cells]) -> csr_array:
    """Stack weighed words that two texts share, and one column for each value of a field that two rows share."""
    blocks = [weigh(counts, least=2), *(_one_hot(cells) for cells in fields)]
    return hstack(blocks, format="csr")


def _one_hot(cells: Cells) -> csr_array:
    codes, distinct = pd.factorize(cells)
    codes = np.where(codes < 0, len(distinct), codes)
    frequency = np.bincount(codes, minlength=len(distinct) + 1)
    rows = np.flatnonzero(frequency[codes] >= 2)
    values = np.ones(len(rows), np.float32)
    return csr_array((values, (rows, codes[rows])), shape=(len(cells), len(distinct) + 1))
