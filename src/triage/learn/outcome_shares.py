"""How incidents with a field's value, or a pair of fields' values, ended before: numeric columns for trees to read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triage.learn.fields import FieldFeatures
from triage.learn.outcome_kernel import PRIOR_ROWS, collect_in_order

__all__ = ["OutcomeShares", "collect_shares"]


@dataclass(frozen=True, slots=True, eq=False)
class OutcomeShares:
    """What is known of each value of each field.

    Parameters
    ----------
    shares : ndarray of float32 of shape (n_values,)
        Smoothed share of the value's incidents that ended so, in [0, 1].
    sizes : ndarray of float32 of shape (n_values,)
        Logarithm of one more than the number of its incidents.
    """

    shares: NDArray[np.float32]
    sizes: NDArray[np.float32]

    def columns(self, numbers: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return what is known of rows' values: the shares, then the sizes.

        Parameters
        ----------
        numbers : ndarray of int32 of shape (n, n_fields)
            As :meth:`FieldFeatures.numbers` gives them.

        Returns
        -------
        ndarray of float32 of shape (n, 2 * n_fields)
        """
        return np.hstack([self.shares[numbers], self.sizes[numbers]])


def collect_shares(
    numbers: NDArray[np.int32],
    likely: NDArray[np.float64],
    weights: NDArray[np.float64],
    fields: FieldFeatures,
) -> tuple[NDArray[np.float32], OutcomeShares]:
    """Go through incidents, oldest first.

    Parameters
    ----------
    numbers : ndarray of int32 of shape (n, n_fields)
        As :meth:`FieldFeatures.numbers` gives them.
    likely : ndarray of shape (n,)
        1 for a row that ended so, 0 for one that did not, in between where that is not known yet.
    weights : ndarray of shape (n,)
        What a row counts; 0 for nothing.
    fields : FieldFeatures
        What the numbers mean.

    Returns
    -------
    columns : ndarray of float32 of shape (n, 2 * n_fields)
        Each row's made of the rows before it alone, so that a model learns how far such shares can be trusted.
    OutcomeShares
        Made of all rows.

    Notes
    -----
    Ordered target statistics: L. Prokhorenkova et al., "CatBoost: unbiased boosting with categorical features",
    NeurIPS 2018. Values that the fields do not tell apart count as never seen.
    """
    kept = np.ones(fields.n_features, np.bool_)
    kept[np.array(list(fields.offsets.values()), np.int64) + 1] = False
    sums, counts, overall = np.zeros(fields.n_features), np.zeros(fields.n_features), np.zeros(2)
    columns = np.empty((len(numbers), 2 * numbers.shape[1]), np.float32)
    told = (np.ascontiguousarray(likely, np.float64), np.ascontiguousarray(weights, np.float64))
    collect_in_order(np.ascontiguousarray(numbers, np.int32), told, kept, (sums, counts, overall), columns)
    mean = (overall[0] + 1.0) / (overall[1] + 2.0)
    shares = (sums + PRIOR_ROWS * mean) / (counts + PRIOR_ROWS)
    return columns, OutcomeShares(shares.astype(np.float32), np.log1p(counts).astype(np.float32))
