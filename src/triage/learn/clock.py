"""How busy each hour of a week is, at ending incidents: what a wait over a night or a weekend is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triage.learn.waits import HOURS_A_WEEK

__all__ = ["Clock", "fit_clock"]


@dataclass(frozen=True, slots=True, eq=False)
class Clock:
    """Busyness by hour of week, as a running sum; a mean hour counts 1.

    Parameters
    ----------
    sums : ndarray of float64 of shape (169,)
        What lies between the week's begin and each full hour; the last is 168.
    """

    sums: NDArray[np.float64]

    def between(self, begin: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the mean busyness between moments; 1 is that of a mean hour.

        Parameters
        ----------
        begin, end : ndarray of float64 of the same shape
            Hours since a Monday, 0:00 UTC; each end lies after its begin.

        Returns
        -------
        ndarray of float64 of that shape
        """
        return np.asarray((self._since(end) - self._since(begin)) / (end - begin))

    def _since(self, moment: NDArray[np.float64]) -> NDArray[np.float64]:
        weeks = np.floor(moment / HOURS_A_WEEK)
        within = moment - weeks * HOURS_A_WEEK
        hour = np.minimum(within.astype(np.int64), HOURS_A_WEEK - 1)
        sums = self.sums
        return np.asarray(weeks * HOURS_A_WEEK + sums[hour] + (sums[hour + 1] - sums[hour]) * (within - hour))


def fit_clock(ends: NDArray[np.float64]) -> Clock:
    """Learn when incidents end.

    Parameters
    ----------
    ends : ndarray of float64
        Moments in hours since a Monday, 0:00.

    Examples
    --------
    >>> clock = fit_clock(np.array([9.5, 9.6, 10.2]))
    >>> clock.between(np.array([9.0]), np.array([10.0])) > clock.between(np.array([3.0]), np.array([4.0]))
    array([ True])
    """
    # One more in each hour: an hour in which nothing ended yet is not one in which nothing can.
    counts = 1.0 + np.bincount((ends % HOURS_A_WEEK).astype(np.int64), minlength=HOURS_A_WEEK)[:HOURS_A_WEEK]
    return Clock(np.concatenate(([0.0], np.cumsum(counts / counts.mean()))))
