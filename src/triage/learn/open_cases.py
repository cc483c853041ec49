"""How likely incidents that are still open will have ended so, from how long they have been open. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triage.measure.survival import ended_share

__all__ = ["Course", "expect_outcomes"]

_Floats = NDArray[np.float64]
# Keeps the share of two likelihoods finite where neither kind of case is ever open that long.
_LEAST = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """How far incidents have come at one moment.

    Parameters
    ----------
    ended : ndarray of bool of shape (n,)
        Whether the incident was over by then, so that it is known how it ended.
    hours : ndarray of float64 of shape (n,)
        From its opening to its end, or to that moment; at least 0.
    """

    ended: NDArray[np.bool_]
    hours: _Floats

    def take(self, rows: NDArray[np.int64]) -> Course:
        """Return the given rows, of shape (n_taken,), in their order."""
        return Course(self.ended[rows], self.hours[rows])


def expect_outcomes(course: Course, likely: _Floats, at_opening: _Floats) -> _Floats:
    """Return each incident's probability of having ended so once it is over.

    Parameters
    ----------
    course : Course
    likely : ndarray of shape (n,)
        The truth, 0 or 1, of those that are over; of the others what was expected before.
    at_opening : ndarray of shape (n,)
        How likely each was at its opening; read for those that are open.

    Returns
    -------
    ndarray of shape (n,)
        ``likely`` for those that are over.

    Notes
    -----
    One step of expectation and maximisation of a mixture-cure model: the share of cases open for so long is estimated
    for either kind by Kaplan and Meier, an open case counting for each by its probability (V. Farewell, Biometrics 38,
    1982). Whoever learns from those that are over alone learns from the quick ones.

    Examples
    --------
    >>> course = Course(np.array([True] * 4 + [False]), np.array([1.0, 2.0, 30.0, 40.0, 20.0]))
    >>> expect_outcomes(course, np.array([0.0, 0.0, 1.0, 1.0, 0.5]), np.full(5, 0.5))[4] > 0.7
    np.True_
    """
    is_open = ~course.ended
    waited = course.hours[is_open]
    slow, quick = (1.0 - ended_share(course.hours, course.ended, waited, of) for of in (likely, 1.0 - likely))
    before = at_opening[is_open]
    found = likely.copy()
    both = before * slow + (1.0 - before) * quick
    # Where neither kind is ever open that long, waiting tells nothing.
    found[is_open] = np.where(both > _LEAST, before * slow / np.maximum(both, _LEAST), before)
    return found
