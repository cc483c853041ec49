"""Goes through incidents in order and keeps, by field value, how they ended so far. Makes no arrays of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled

__all__ = ["PRIOR_ROWS", "collect_in_order"]

# As many rows as the mean of all counts beside a value's own. Between 2 and 15 no slice of the event log had the same
# best, and none lost .005 of the area under the curve by 5.
PRIOR_ROWS = 5.0


@compiled
def collect_in_order(
    numbers: NDArray[np.int32],
    told: tuple[NDArray[np.float64], NDArray[np.float64]],
    kept: NDArray[np.bool_],
    tally: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    columns: NDArray[np.float32],
) -> None:
    """Fill in what each row could have known of the values it has: the rows before it, and not itself.

    Parameters
    ----------
    numbers : ndarray of int32 of shape (n, n_fields)
        The number of each row's value in each field.
    told : tuple of ndarray of float64 of shape (n,)
        How likely each row ended so, in [0, 1], and what it counts, at least 0.
    kept : ndarray of bool of shape (n_values,)
        Of which values anything is kept; the others stay as good as new.
    tally : tuple of ndarray of float64
        Sums and counts of shape (n_values,), and those of all rows of shape (2,); added to in place.
    columns : ndarray of float32 of shape (n, 2 * n_fields)
        Filled: smoothed shares of each field's value, then logarithms of one more than its rows.
    """
    (likely, weights), (sums, counts, overall) = told, tally
    n_fields = numbers.shape[1]
    for row in range(len(numbers)):
        mean = (overall[0] + 1.0) / (overall[1] + 2.0)
        for field in range(n_fields):
            value = numbers[row, field]
            share = (sums[value] + PRIOR_ROWS * mean) / (counts[value] + PRIOR_ROWS)
            columns[row, field] = share
            columns[row, n_fields + field] = np.log1p(counts[value])
        if weights[row] > 0.0:
            for field in range(n_fields):
                value = numbers[row, field]
                if kept[value]:
                    sums[value] += likely[row] * weights[row]
                    counts[value] += weights[row]
            overall[0] += likely[row] * weights[row]
            overall[1] += weights[row]
