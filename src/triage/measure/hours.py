"""What hours foretold are worth: how far the middle one is off, how wide the rest is, and how often a bound held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from triage.parts import JSON

__all__ = ["JUDGED_AT", "Bounds", "HoursScores", "pinball", "score_hours"]

# Where the pinball loss is taken, and which of them are bounds that a user is promised.
JUDGED_AT = (0.1, 0.5, 0.8, 0.9)
_BOUND_80, _BOUND_90 = 0.8, 0.9


@dataclass(frozen=True, slots=True)
class Bounds:
    """How often the bounds held among ``n`` incidents: shares in [0, 1]; .8 and .9 are what they say."""

    n: int
    within_80: float
    within_90: float

    def as_document(self) -> dict[str, JSON]:
        """Return it as JSON values."""
        return {"n": self.n, "within_80": self.within_80, "within_90": self.within_90}


@dataclass(frozen=True, slots=True)
class HoursScores:
    """Scores of hours to resolution.

    Parameters
    ----------
    median_error, constant_error : float
        Median absolute error of the middle hours; and of the same hours for all, the median of those fitted on.
    pinball, constant_pinball : float
        Mean pinball loss over the levels .1, .5, .8 and .9, in hours; and that of the same four hours for all.
    overall : Bounds
    by_month : mapping of str to Bounds
        By month of opening, ``2026-11``.
    """

    median_error: float
    constant_error: float
    pinball: float
    constant_pinball: float
    overall: Bounds
    by_month: Mapping[str, Bounds] = field(default_factory=dict)

    def as_metrics(self) -> dict[str, float]:
        """Return the scores by name, for the record of runs."""
        return {
            "hours.judged": float(self.overall.n),
            "hours.median_error": self.median_error,
            "hours.constant_median_error": self.constant_error,
            "hours.pinball": self.pinball,
            "hours.constant_pinball": self.constant_pinball,
            "hours.within_80": self.overall.within_80,
            "hours.within_90": self.overall.within_90,
        }

    def as_document(self) -> dict[str, JSON]:
        """Return the scores as JSON values."""
        return {
            "median_error": self.median_error,
            "constant_median_error": self.constant_error,
            "pinball": self.pinball,
            "constant_pinball": self.constant_pinball,
            **self.overall.as_document(),
            "by_month": {month: bounds.as_document() for month, bounds in self.by_month.items()},
        }


def score_hours(
    truth: NDArray[np.float64],
    foretold: NDArray[np.float64],
    constant: NDArray[np.float64],
    months: NDArray[np.str_],
) -> HoursScores:
    """Score hours that were foretold.

    Parameters
    ----------
    truth : ndarray of shape (n,)
        Hours it took, all known.
    foretold : ndarray of shape (n, 4)
        At the levels :data:`JUDGED_AT`.
    constant : ndarray of shape (4,)
        The same for all: what anybody can say.
    months : ndarray of str of shape (n,)
    """
    same = np.broadcast_to(constant, foretold.shape)
    middle = JUDGED_AT.index(0.5)
    return HoursScores(
        median_error=float(np.median(np.abs(truth - foretold[:, middle]))),
        constant_error=float(np.median(np.abs(truth - constant[middle]))),
        pinball=pinball(truth, foretold),
        constant_pinball=pinball(truth, same),
        overall=_bounds(truth, foretold),
        by_month={
            str(month): _bounds(truth[months == month], foretold[months == month]) for month in np.unique(months)
        },
    )


def pinball(truth: NDArray[np.float64], foretold: NDArray[np.float64]) -> float:
    """Return the mean pinball loss over rows and the levels :data:`JUDGED_AT`, in hours; lower is better.

    Parameters
    ----------
    truth : ndarray of float64 of shape (n,)
        Hours it took.
    foretold : ndarray of float64 of shape (n, 4)
        Hours at these levels.

    Examples
    --------
    >>> round(pinball(np.array([10.0]), np.array([[10.0, 10.0, 10.0, 20.0]])), 6)
    0.25
    """
    levels = np.array(JUDGED_AT)
    over = truth[:, None] - foretold
    return float(np.maximum(levels * over, (levels - 1.0) * over).mean())


def _bounds(truth: NDArray[np.float64], foretold: NDArray[np.float64]) -> Bounds:
    at_80, at_90 = (foretold[:, JUDGED_AT.index(level)] for level in (_BOUND_80, _BOUND_90))
    return Bounds(len(truth), float((truth <= at_80).mean()), float((truth <= at_90).mean()))
