"""Sparse feature rows: what every feature block produces and every head reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

__all__ = ["Row", "Rows", "to_matrix"]


@dataclass(frozen=True, slots=True)
class Row:
    """The features of one incident that are not zero.

    Parameters
    ----------
    ids : ndarray of int32 of shape (n,)
        Feature numbers, each once, in an order that the incident alone decides.
    values : ndarray of float64 of shape (n,)
    """

    ids: NDArray[np.int32]
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Rows(Sequence[Row]):
    """The features of many incidents, one after the other; a row of it is two views.

    Parameters
    ----------
    starts : ndarray of int64 of shape (n + 1,)
        Row ``at`` lies from ``starts[at]`` to ``starts[at + 1]``; the first is 0, the last the number of values.
    ids : ndarray of int32 of shape (starts[-1],)
    values : ndarray of float64 of shape (starts[-1],)
    """

    starts: NDArray[np.int64]
    ids: NDArray[np.int32]
    values: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __iter__(self) -> Iterator[Row]:
        return map(self.row, range(len(self)))

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> list[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | list[Row]:
        chosen = range(len(self))[at]
        return self.row(chosen) if isinstance(chosen, int) else [self.row(each) for each in chosen]

    def row(self, at: int) -> Row:
        """Return one row, as views."""
        cut = slice(self.starts[at], self.starts[at + 1])
        return Row(self.ids[cut], self.values[cut])

    def take(self, kept: NDArray[np.int64]) -> Rows:
        """Return some of the rows; the same where these are all.

        Parameters
        ----------
        kept : ndarray of int64 of shape (n_kept,)
            Their numbers, ascending, each once.
        """
        if len(kept) == len(self):
            return self
        lengths = np.diff(self.starts)[kept]
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        at = np.repeat(self.starts[kept] - starts[:-1], lengths) + np.arange(starts[-1])
        return Rows(starts, self.ids[at], self.values[at])


def to_matrix(rows: Rows, n_features: int) -> csr_array:
    """Return rows as a sparse matrix of shape (len(rows), n_features) that shares their arrays.

    Within a row the columns are in the rows' order, which is not sorted.
    """
    # scikit-learn reads 32-bit indices only; where there are too many values for that, it must be the one to say so.
    starts = rows.starts.astype(np.int32) if len(rows.ids) <= np.iinfo(np.int32).max else rows.starts
    return csr_array((rows.values, rows.ids, starts), shape=(len(rows), n_features))
