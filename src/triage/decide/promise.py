"""The precision promise: the least probability at which a label may be set, with a finite-sample bound behind it."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from triage.measure.intervals import clustered_lower_bound, effective_size, precision_lower_bound
from triage.measure.survival import weigh_ended

__all__ = ["Evidence", "Threshold", "choose_threshold"]

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


@dataclass(frozen=True, slots=True)
class Evidence:
    """Rows that neither weights nor calibration have seen, oldest first.

    Parameters
    ----------
    confidence : ndarray of shape (n,)
        Calibrated probability of each row's likeliest label.
    correct : ndarray of bool of shape (n,)
        Whether that label was right.
    weights : ndarray of shape (n,)
        For how many rows each stands, at least 1: see `weigh_ended`.
    waits : ndarray of shape (n,)
        How long it took until each label was known, in any unit.
    waiting : ndarray of shape (m,)
        Confidence of the rows whose label was not known in time.
    """

    confidence: NDArray[np.float64]
    correct: NDArray[np.bool_]
    weights: NDArray[np.float64]
    waits: NDArray[np.float64]
    waiting: NDArray[np.float64]

    @classmethod
    def of(cls, confidence: NDArray[np.float64], correct: NDArray[np.bool_]) -> Self:
        """Return the evidence of rows whose labels were all known at once."""
        n = len(confidence)
        return cls(confidence, correct, np.ones(n), np.zeros(n), np.zeros(0))

    @classmethod
    def with_waiting(
        cls,
        known: tuple[NDArray[np.float64], NDArray[np.bool_]],
        waits: NDArray[np.float64],
        watched: NDArray[np.float64],
        waiting: NDArray[np.float64],
    ) -> Self:
        """Return the evidence of rows whose labels became known after some time, of others not yet.

        Parameters
        ----------
        known : tuple of ndarray
            Confidence, and whether it was right, of the rows whose label is known.
        waits : ndarray of shape (n,)
            How long each took of them.
        watched : ndarray
            For how long each row of the slice, known or not, has been watched.
        waiting : ndarray
            Confidence of the others.
        """
        return cls(*known, weigh_ended(waits, watched), waits, waiting)

    def weigh(self, above: NDArray[np.int64], at_least: float) -> NDArray[np.float64]:
        """Return the weights of the rows of known label above a threshold, those that wait included.

        Parameters
        ----------
        above : ndarray of int64
            The rows.
        at_least : float
            The threshold.

        Notes
        -----
        What takes longer than the slice lasts is stood for by the slower half of the rows, as slow incidents are hard.
        """
        weights = self.weights[above]
        missing = len(above) + np.count_nonzero(self.waiting >= at_least) - weights.sum()
        if missing <= 0:
            return weights
        slower = self.waits[above] >= np.median(self.waits[above])
        return np.where(slower, weights * (1 + missing / weights[slower].sum()), weights)


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Evidence, surest rows first."""

    evidence: Evidence
    order: NDArray[np.int64]

    def above(self, rows: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the surest rows, oldest first, and their weights."""
        at_least = self.evidence.confidence[self.order[rows - 1]]
        chosen = np.sort(self.order[:rows])
        return chosen, self.evidence.weigh(chosen, at_least)

    def worth(self, rows: int) -> float:
        """Return as how many rows of equal weight the surest rows tell."""
        return effective_size(self.above(rows)[1])


def choose_threshold(evidence: Evidence, promise: float) -> Threshold | None:
    """Choose the laxest threshold that keeps a promised precision.

    Parameters
    ----------
    evidence : Evidence
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
    (59), counted by what their weights are worth. Bounds allow for periods that differ, and for labels that are not
    known yet.

    Examples
    --------
    >>> import numpy as np
    >>> choose_threshold(Evidence.of(np.linspace(1, 0.5, 1000), np.arange(1000) < 900), 0.95).rows
    891
    """
    ranked = _Ranked(evidence, np.argsort(-evidence.confidence, kind="stable"))
    passed: Threshold | None = None
    for rows in _candidate_sizes(ranked, promise):
        above, weights = ranked.above(rows)
        bound = clustered_lower_bound(evidence.correct[above], weights, _ERROR_RATE)
        if bound < promise:
            break
        at_least = float(evidence.confidence[above].min())
        passed = Threshold(at_least, rows, int(evidence.correct[above].sum()), bound)
    return passed


def _candidate_sizes(ranked: _Ranked, promise: float) -> list[int]:
    n = len(ranked.order)
    worth = ranked.worth(n) if n else 0.0
    needed = next((size for errors in (_TOLERATED, 0) if (size := _least_sample(errors, promise)) <= worth), None)
    if needed is None:
        return []
    # The fewest rows that are worth enough, at least the number itself.
    least = needed + bisect_left(range(needed, n), x=True, key=lambda rows: ranked.worth(rows) >= needed)
    confidence = ranked.evidence.confidence[ranked.order]
    # Rows of equal confidence are above a threshold together, so a candidate ends where a tie ends.
    wanted = np.linspace(least, n, _STEPS).astype(np.int64)
    ends = np.searchsorted(-confidence, -confidence[wanted - 1], side="right")
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
