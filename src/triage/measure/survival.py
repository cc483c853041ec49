"""What ends say where some have not ended yet: the share that has ended by a time, and the weight of each that has."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["ended_share", "weigh_ended"]


def ended_share(
    waits: NDArray[np.float64],
    ended: NDArray[np.bool_],
    at: NDArray[np.float64],
    weights: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """Return the share that has ended by each time, at most.

    Parameters
    ----------
    waits : ndarray of shape (n,)
        How long each waited: until it ended, or at least.
    ended : ndarray of bool of shape (n,)
    at : ndarray of shape (m,)
        Times, in the unit of the waits; ascending or not.
    weights : ndarray of shape (n,) or None, default=None
        At least 0: for how many each stands; all for one if None.

    Returns
    -------
    ndarray of float64 of shape (m,)
        In [0, 1]. Beyond the last end it stays where it was: what is still open says no more.

    Notes
    -----
    E. L. Kaplan and P. Meier, "Nonparametric Estimation from Incomplete Observations", JASA 53 (1958).

    Examples
    --------
    >>> waits, ended = np.array([1.0, 2.0, 3.0, 4.0]), np.array([True, False, True, False])
    >>> ended_share(waits, ended, np.array([0.5, 1.0, 3.0, 9.0])).tolist()
    [0.0, 0.25, 0.625, 0.625]
    """
    # Of equal waits those that ended come first: an open one has outlived them.
    order = np.lexsort((~ended, waits))
    counted = np.ones(len(waits)) if weights is None else weights[order]
    at_risk = np.cumsum(counted[::-1])[::-1]
    ends = np.flatnonzero(ended[order] & (counted > 0.0))
    left = np.concatenate(([1.0], np.cumprod(1.0 - counted[ends] / at_risk[ends])))
    return np.asarray(1.0 - left[np.searchsorted(waits[order][ends], at, side="right")])


def weigh_ended(waits: NDArray[np.float64], watched: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for how many each that has ended stands, so that slow ones count as often as they occur.

    Parameters
    ----------
    waits : ndarray of shape (n,)
        How long each took that has ended.
    watched : ndarray of shape (m,)
        For how long each of all, ended or not, has been watched: since it began.

    Returns
    -------
    ndarray of float64 of shape (n,)
        At least 1.

    Notes
    -----
    Inverse probability of censoring (J. Robins, A. Rotnitzky, "Recovery of information and adjustment for dependent
    censoring", 1992): one that took long could be seen to end only where it began early. What takes longer than
    anything was watched is stood for by none.

    Examples
    --------
    >>> weigh_ended(np.array([0.5, 2.5]), np.array([4.0, 3.0, 2.0, 1.0])).tolist()
    [1.0, 2.0]
    """
    ordered = np.sort(watched)
    longer = len(ordered) - np.searchsorted(ordered, waits, side="right")
    return len(ordered) / np.maximum(longer, 1)
