"""Whether incidents that came after a promise show that it is not kept, and for which labels. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triage.measure.intervals import precision_upper_bound

__all__ = ["refuted_labels"]

# A promise that is kept is taken back once in a hundred trainings.
_ERROR_RATE = 0.01
# Once it is clear that it is broken, the labels at fault are looked for less strictly.
_ERROR_RATE_OF_A_LABEL = 0.05


def refuted_labels(
    chosen: NDArray[np.int64], correct: NDArray[np.bool_], promise: float, n_labels: int
) -> NDArray[np.bool_]:
    """Return for which labels automatic answers are refuted by how they did.

    Parameters
    ----------
    chosen : ndarray of int64 of shape (n,)
        Position of the label that was, or would have been, set automatically, of each row.
    correct : ndarray of bool of shape (n,)
    promise : float
        Precision in (0, 1).
    n_labels : int

    Returns
    -------
    ndarray of bool of shape (n_labels,)
        None as long as the rows together do not refute the promise, for it holds for them together; else those that
        refute it alone, where the others keep it without them; else all.

    Examples
    --------
    >>> chosen, correct = np.repeat([0, 1], 100), np.r_[np.full(100, True), np.arange(100) < 70]
    >>> refuted_labels(chosen, correct, 0.95, 3)
    array([False,  True, False])
    """
    if not _is_refuted(correct, promise, _ERROR_RATE):
        return np.zeros(n_labels, bool)
    alone = [_is_refuted(correct[chosen == label], promise, _ERROR_RATE_OF_A_LABEL) for label in range(n_labels)]
    at_fault = np.array(alone, bool)
    others = correct[~at_fault[chosen]]
    is_kept = len(others) == 0 or others.mean() >= promise
    return at_fault if at_fault.any() and is_kept else np.ones(n_labels, bool)


def _is_refuted(correct: NDArray[np.bool_], promise: float, error_rate: float) -> bool:
    return len(correct) > 0 and precision_upper_bound(int(correct.sum()), len(correct), error_rate) < promise
