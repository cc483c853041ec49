"""How much each feature of a text tells the labels of a target: what fits may lean on. Fits nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

__all__ = ["scaled", "telling_weights"]

# What a feature is given beforehand, in TF-IDF, spread as the labels are: one that was seen once tells little yet. So
# much for 500 rows, which is what they need, and in proportion for more, up to a limit.
_BEFOREHAND, _AT_ROWS, _MOST_BEFOREHAND = 1.0, 500, 16.0
# To which power the information is raised. See docs/decisions/0036 for what else was tried.
_POWER = 0.7


def telling_weights(matrix: csr_array, truths: Sequence[NDArray[np.int64]]) -> NDArray[np.float64]:
    """Return a weight a feature, by how much it tells the labels of some targets.

    Parameters
    ----------
    matrix : csr_array of shape (n_rows, n_features)
        Not negative.
    truths : sequence of ndarray of int64 of shape (n_rows,)
        Class positions, one array a target; -1 where a label is not known.

    Returns
    -------
    ndarray of shape (n_features,)
        At least 0; the mean over all values of the matrix is 1. Of several targets the mean.

    Notes
    -----
    The divergence (Kullback and Leibler) of the labels that a feature comes with from those of all rows: what it adds
    to the mutual information with the label each time that it occurs. A feature that no row has weighs as much as those
    that are there do on average, each counted once. Cost: two passes over the matrix.

    Examples
    --------
    >>> rows = csr_array(np.array([[9.0, 0.0, 9.0], [0.0, 9.0, 9.0]]))
    >>> telling_weights(rows, [np.array([0, 1])]).round(2).tolist()
    [2.0, 2.0, 0.0]
    """
    found = np.zeros(matrix.shape[1])
    for truth in truths:
        rows = np.flatnonzero(truth >= 0)
        known = matrix if len(rows) == len(truth) else matrix[rows]
        told = np.maximum(_divergence(known, truth[rows]), 0.0) ** _POWER
        seen = np.bincount(known.indices, minlength=len(told)) > 0
        if seen.any():
            told[~seen] = told[seen].mean()
        mean = float(told[known.indices].mean()) if known.nnz else 0.0
        found += told / mean if mean > 0.0 else 1.0
    return found / max(len(truths), 1)


def scaled(matrix: csr_array, by: NDArray[np.float64]) -> csr_array:
    """Return a matrix with its columns multiplied; it shares all but the values.

    Parameters
    ----------
    matrix : csr_array of shape (n_rows, n_features)
    by : ndarray of float64 of shape (n_features,)
    """
    return csr_array((matrix.data * by[matrix.indices], matrix.indices, matrix.indptr), shape=matrix.shape)


def _divergence(matrix: csr_array, truth: NDArray[np.int64]) -> NDArray[np.float64]:
    shares = np.bincount(truth) / len(truth)
    n_rows, n_features = matrix.shape
    members = csr_array((np.ones(n_rows), truth, np.arange(n_rows + 1)), shape=(n_rows, len(shares)))
    sums = (members.T.tocsr() @ matrix).tocoo()  # of each label and feature that meet
    beforehand = _BEFOREHAND * min(max(1.0, n_rows / _AT_ROWS), _MOST_BEFOREHAND)
    of_all = np.bincount(sums.col, weights=sums.data, minlength=n_features) + beforehand
    share = shares[sums.row]
    told = (sums.data + beforehand * share) / of_all[sums.col]
    found = np.bincount(sums.col, weights=told * np.log(told / share), minlength=n_features)
    # Labels that a feature never met have what it was given beforehand, all in the same ratio to their shares.
    left = 1.0 - np.bincount(sums.col, weights=share, minlength=n_features)
    return np.asarray(found + left * beforehand / of_all * np.log(beforehand / of_all))
