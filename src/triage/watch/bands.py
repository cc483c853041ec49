"""Where a series usually is at a time of the day, for pictures. No warning rests on it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triage.watch.course import HOUR_NS

__all__ = ["usual_band"]

_SHARES = (0.05, 0.95)
_LEAST = 12  # values of an hour: fewer say nothing about nineteen in twenty
_DAY_HOURS = 24


def usual_band(
    past_ns: NDArray[np.int64], past: NDArray[np.float64], asked_ns: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return between which values nine in ten of the past lay at the same hour of the day.

    Parameters
    ----------
    past_ns : ndarray of int64 of shape (n,)
    past : ndarray of float64 of shape (n,)
    asked_ns : ndarray of int64 of shape (m,)

    Returns
    -------
    lower, upper : ndarray of float64 of shape (m,)
        Straight between the middles of hours; where an hour has had fewer than a dozen values, of all hours; NaN where
        there are not as many in all.

    Examples
    --------
    >>> minutes = np.arange(60) * 60_000_000_000
    >>> lower, upper = usual_band(minutes, np.arange(60.0), minutes[:1])
    >>> round(float(lower[0]), 2), round(float(upper[0]), 2)
    (2.95, 56.05)
    """
    finite = np.isfinite(past)
    past_ns, past = past_ns[finite], past[finite]
    if len(past) < _LEAST:
        return np.full(len(asked_ns), np.nan), np.full(len(asked_ns), np.nan)
    edges = np.empty((_DAY_HOURS, 2))
    hour = past_ns // HOUR_NS % _DAY_HOURS
    for each in range(_DAY_HOURS):
        mine = past[hour == each]
        edges[each] = np.quantile(mine if len(mine) >= _LEAST else past, _SHARES)
    middles = np.arange(_DAY_HOURS) + 0.5
    at = asked_ns % (_DAY_HOURS * HOUR_NS) / HOUR_NS
    lower, upper = (np.interp(at, middles, edge, period=_DAY_HOURS) for edge in edges.T)
    return lower, upper
