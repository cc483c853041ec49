"""How much each feature of a text tells labels apart: what the fits of heads may lean on. Fits nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

__all__ = ["scaled", "telling_of_all", "telling_weights"]

_Floats = NDArray[np.float64]

# What a feature is given of every label beforehand, in TF-IDF: a feature that was seen once or twice tells little yet.
_BEFOREHAND = 0.3
# How much of a weight for one label is the same for all features.
_SAME = 0.5
# To which power the ratios of all labels together are raised.
_POWER = 1.4


def telling_weights(matrix: csr_array, of_all: _Floats, is_label: NDArray[np.bool_]) -> _Floats:
    """Return a weight a feature, by how differently it is spread over the rows of a label and all others.

    Parameters
    ----------
    matrix : csr_array of shape (n_rows, n_features)
        Not negative.
    of_all : ndarray of shape (n_features,)
        The sums of its columns, which all labels share.
    is_label : ndarray of bool of shape (n_rows,)
        Which rows have the label.

    Returns
    -------
    ndarray of shape (n_features,)
        At least a half; the mean is 1.

    Notes
    -----
    The log-count ratio of S. Wang, C. Manning, "Baselines and Bigrams: Simple, Good Sentiment and Topic
    Classification", ACL 2012, without its sign, interpolated with equal weights.

    Examples
    --------
    >>> rows = csr_array(np.array([[9.0, 0.0, 9.0], [0.0, 9.0, 9.0]]))
    >>> telling_weights(rows, np.asarray(rows.sum(axis=0)), np.array([True, False])).round(2).tolist()
    [1.25, 1.25, 0.5]
    """
    ratios = _ratios(matrix, of_all, is_label)
    return _SAME + (1.0 - _SAME) * _of_mean_one(ratios, ratios)


def telling_of_all(matrix: csr_array, truths: Sequence[NDArray[np.int64]]) -> _Floats:
    """Return a weight a feature, by how much it tells the labels of several targets apart.

    Parameters
    ----------
    matrix : csr_array of shape (n_rows, n_features)
        Not negative.
    truths : sequence of ndarray of int64 of shape (n_rows,)
        Class positions, one array a target; -1 where a label is not known.

    Returns
    -------
    ndarray of shape (n_features,)
        At least 0; the mean over all values of the matrix is 1. Of one target the root of the mean square over its
        labels; of several the mean.

    Notes
    -----
    Cost: a pass over the matrix a target, and two over the features a label.
    """
    found = np.zeros(matrix.shape[1])
    for truth in truths:
        known = matrix if (truth >= 0).all() else matrix[np.flatnonzero(truth >= 0)]
        labels = truth[truth >= 0]
        of_all = np.asarray(known.sum(axis=0), np.float64)
        squares = np.zeros(matrix.shape[1])
        for label in np.unique(labels):
            squares += _ratios(known, of_all, labels == label) ** 2
        ratios = squares ** (_POWER / 2.0)
        found += _of_mean_one(ratios, ratios[known.indices])
    return found / max(len(truths), 1)


def scaled(matrix: csr_array, by: _Floats) -> csr_array:
    """Return a matrix with its columns multiplied; it shares all but the values."""
    return csr_array((matrix.data * by[matrix.indices], matrix.indices, matrix.indptr), shape=matrix.shape)


def _ratios(matrix: csr_array, of_all: _Floats, is_label: NDArray[np.bool_]) -> _Floats:
    part = matrix[np.flatnonzero(is_label)]
    of_label = np.bincount(part.indices, weights=part.data, minlength=matrix.shape[1])
    # What is left of a sum of fractions may be a little below 0.
    ours, theirs = of_label + _BEFOREHAND, np.maximum(of_all - of_label, 0.0) + _BEFOREHAND
    return np.asarray(np.abs(np.log(ours / ours.sum()) - np.log(theirs / theirs.sum())))


def _of_mean_one(ratios: _Floats, over: _Floats) -> _Floats:
    mean = float(over.mean()) if len(over) else 0.0
    return np.ones(len(ratios)) if mean == 0.0 else ratios / mean
