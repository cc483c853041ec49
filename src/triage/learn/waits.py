"""How long incidents had waited at a moment, as was known then: ended after so long, or still open. Sees no later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import nan

import numpy as np
from numpy.typing import NDArray

__all__ = ["HOURS_A_WEEK", "Waits", "moment_hours", "to_hours", "waits_at"]

HOURS_A_WEEK = 168
# 1970 began on a Thursday: counted so, a week begins with Monday, 0:00 UTC.
_THURSDAY = 72


@dataclass(frozen=True, slots=True, eq=False)
class Waits:
    """Waits of incidents, oldest opening first, as they stood at a moment.

    Parameters
    ----------
    rows : ndarray of int64 of shape (n,)
        Which rows of the history.
    opened : ndarray of float64 of shape (n,)
        Hours since a Monday, 0:00 UTC.
    hours : ndarray of float64 of shape (n,)
        From opening to resolution, or to the moment for what was still open; at least 0.
    ended : ndarray of bool of shape (n,)
        Whether it was resolved. What was not is kept: it says that it takes longer.
    """

    rows: NDArray[np.int64]
    opened: NDArray[np.float64]
    hours: NDArray[np.float64]
    ended: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def age(self) -> NDArray[np.float64]:
        """Hours from opening to the moment when the last of them was known."""
        return np.asarray((self.opened + self.hours).max() - self.opened)

    def take(self, chosen: NDArray[np.int64]) -> Waits:
        """Return the waits at these places of shape (n_chosen,), in their order."""
        return Waits(self.rows[chosen], self.opened[chosen], self.hours[chosen], self.ended[chosen])


def waits_at(
    opened: NDArray[np.float64],
    hours: NDArray[np.float64],
    known: NDArray[np.float64],
    moment: float,
    among: Iterable[int] | None = None,
) -> Waits:
    """Return what was known of waits at a moment.

    Parameters
    ----------
    opened : ndarray of float64 of shape (n,)
        Hours since a Monday, 0:00 UTC; NaN where not known.
    hours : ndarray of float64 of shape (n,)
        From opening to resolution; NaN where there is none, or none is known.
    known : ndarray of float64 of shape (n,)
        When the end, of whatever kind, was written down, in hours as ``opened``; NaN where there is none.
    moment : float
        In hours as ``opened``.
    among : iterable of int, optional
        Rows that are asked for; all if not given.

    Notes
    -----
    What had ended by the moment, but nobody wrote down when it was resolved, is left out: it is neither open nor does
    it say how long it took.

    Examples
    --------
    >>> opened, hours = np.array([0.0, 1.0, 2.0]), np.array([3.0, 50.0, np.nan])
    >>> found = waits_at(opened, hours, np.array([3.0, 51.0, np.nan]), moment=10.0)
    >>> found.hours.tolist(), found.ended.tolist()
    ([3.0, 9.0, 8.0], [True, False, False])
    """
    rows = np.arange(len(opened)) if among is None else np.fromiter(among, np.int64)
    rows = rows[opened[rows] <= moment]
    ended = opened[rows] + hours[rows] <= moment
    untold = np.isnan(hours[rows]) & (known[rows] <= moment)
    waited = np.where(ended, hours[rows], moment - opened[rows])
    return Waits(rows, opened[rows], waited, ended).take(np.flatnonzero(~untold))


def to_hours(moments: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Return moments (UTC) in hours since a Monday, 0:00; NaN where there is none.

    Parameters
    ----------
    moments : ndarray of datetime64 of shape (n,)
        Of any unit; NaT where there is none.

    Returns
    -------
    ndarray of float64 of shape (n,)

    Examples
    --------
    >>> (to_hours(np.array(["2026-11-23T07:30", "NaT"], "datetime64[ns]")) % HOURS_A_WEEK).tolist()
    [7.5, nan]
    """
    seconds = (moments.astype("datetime64[ns]") - np.datetime64(0, "ns")) / np.timedelta64(1, "s")
    return np.asarray(seconds / 3600.0 + _THURSDAY)


def moment_hours(moment: datetime | None) -> float:
    """Return a moment (aware) in hours since a Monday, 0:00 UTC; NaN if there is none."""
    return nan if moment is None else moment.timestamp() / 3600.0 + _THURSDAY
