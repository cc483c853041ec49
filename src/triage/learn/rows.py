"""Sparse feature rows: one row is two short arrays. What every feature block produces and every head reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

__all__ = ["Row", "to_matrix"]


@dataclass(frozen=True, slots=True)
class Row:
    """The features of one incident that are not zero.

    Parameters
    ----------
    ids : ndarray of int64 of shape (n,)
        Feature numbers, each once.
    values : ndarray of float64 of shape (n,)
    """

    ids: NDArray[np.int64]
    values: NDArray[np.float64]


def to_matrix(rows: list[Row], n_features: int) -> csr_array:
    """Stack rows into a sparse matrix of shape (len(rows), n_features)."""
    starts = np.cumsum([0, *(len(row.ids) for row in rows)])
    ids = np.concatenate([row.ids for row in rows]) if rows else np.zeros(0, np.int64)
    values = np.concatenate([row.values for row in rows]) if rows else np.zeros(0)
    return csr_array((values, ids, starts), shape=(len(rows), n_features))
