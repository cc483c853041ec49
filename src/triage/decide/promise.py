"""The precision promise: the least probability at which a label may be set, with a finite-sample bound behind it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triage.measure.intervals import precision_lower_bound

__all__ = ["Threshold", "choose_threshold"]

# One-sided: of twenty promises made so, nineteen are kept.
_ERROR_RATE = 0.05
# The first candidate tolerates this many errors, so that one unlucky row at the top does not end the search: a model
# that is right in 99.5 % there passes it in 99 of 100 slices, against 74 of 100 when no error is tolerated.
_TOLERATED = 3
# Candidates from strict to lax, in steps of 2.5 % of coverage: finer steps gain less than a point of coverage.
_STEPS = 40


@dataclass(frozen=True, slots=True)
class Threshold:
    """The least probability that keeps a promise, and the evidence for it.

    Parameters
    ----------
    at_least : float
        In [0, 1]; a label at least this probable is above the threshold.
    rows, right : int
        How many rows of the slice it was chosen on were above it, and how many of them were right.
    lower_bound : float
        One-sided 95 % bound on the precision, in [0, 1]; at least the promise.
    """

    at_least: float
    rows: int
    right: int
    lower_bound: float


def choose_threshold(confidence: NDArray[np.float64], correct: NDArray[np.bool_], promise: float) -> Threshold | None:
    """Choose the laxest threshold that keeps a promised precision.

    Parameters
    ----------
    confidence : ndarray of shape (n,)
        Calibrated probability of each row's likeliest label, on rows that neither weights nor calibration have seen.
    correct : ndarray of bool of shape (n,)
        Whether that label was right.
    promise : float
        Precision in (0, 1).

    Returns
    -------
    Threshold or None
        None when no threshold keeps the promise on this evidence.

    Notes
    -----
    Candidates are tested from strict to lax and testing stops at the first that fails, so the error rate of the whole
    choice is that of a single test (fixed-sequence testing; A. Angelopoulos et al., "Learn then Test", 2021). The
    first candidate is as many rows as may hold three errors (153 for a promise of 95 %) or, on a smaller slice, none
    (59).

    Examples
    --------
    >>> import numpy as np
    >>> choose_threshold(np.linspace(1, 0.5, 1000), np.arange(1000) < 900, 0.95).rows
    934
    """
    order = np.argsort(-confidence, kind="stable")
    ranked, hits = confidence[order], np.cumsum(correct[order])
    passed: Threshold | None = None
    for rows in _candidate_sizes(ranked, promise):
        right = int(hits[rows - 1])
        bound = precision_lower_bound(right, rows, _ERROR_RATE)
        if bound < promise:
            break
        passed = Threshold(float(ranked[rows - 1]), rows, right, bound)
    return passed


def _candidate_sizes(ranked: NDArray[np.float64], promise: float) -> list[int]:
    n = len(ranked)
    least = next((size for errors in (_TOLERATED, 0) if (size := _least_sample(errors, promise)) <= n), None)
    if least is None:
        return []
    # Rows of equal confidence are above a threshold together, so a candidate ends where a tie ends.
    wanted = np.linspace(least, n, _STEPS).astype(np.int64)
    ends = np.searchsorted(-ranked, -ranked[wanted - 1], side="right")
    return [int(size) for size in np.unique(ends)]


def _least_sample(errors: int, promise: float) -> int:
    """Return the fewest rows that keep a promise with so many errors among them, by bisection."""
    low, high = errors, 2 * (errors + 1)
    while precision_lower_bound(high - errors, high, _ERROR_RATE) < promise:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        kept = precision_lower_bound(middle - errors, middle, _ERROR_RATE) >= promise
        low, high = (low, middle) if kept else (middle, high)
    return high
