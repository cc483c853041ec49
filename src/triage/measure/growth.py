"""What more tickets would bring, from how a score grew with them: an inverse power law, with an interval. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["DEVIATIONS", "Gain", "forecast_gain"]

_Floats = NDArray[np.float64]

# How fast the score nears its limit; learning curves of classifiers lie between.
_EXPONENTS = np.linspace(0.1, 1.0, 19)
# Three numbers are fitted.
_LEAST_SIZES = 3
# Nine forecasts in ten should hold: so many standard deviations to either side.
DEVIATIONS = 1.645
# A wider interval that holds 0 tells nothing; within five points it says at least that there is little to gain.
_MOST_UNSURE = 0.05


@dataclass(frozen=True, slots=True)
class Gain:
    """What a score gains from one number of tickets to another.

    Parameters
    ----------
    expected, low, high : float
        The gain, and its 90 % interval.
    """

    expected: float
    low: float
    high: float

    @property
    def is_told(self) -> bool:
        """Whether the interval says anything: that there is a gain, or that it is small."""
        return self.low > 0.0 or self.high <= _MOST_UNSURE


def forecast_gain(sizes: _Floats, scores: _Floats, begin: int, end: int) -> Gain | None:
    """Forecast a score's gain by a fitted curve ``limit - loss * size ** -exponent``.

    Parameters
    ----------
    sizes : ndarray of shape (n_sizes,)
        Tickets that were learnt from, ascending.
    scores : ndarray of shape (1 + n_resamples, n_sizes)
        The score by each size, in [0, 1]; higher is better. As measured, and then as measured on resampled tickets.
    begin, end : int
        Numbers of tickets, at least 1.

    Returns
    -------
    Gain or None
        None where fewer than three sizes have a score above 0: no curve can be told from that.

    Notes
    -----
    The inverse power law of C. Cortes et al., "Learning Curves: Asymptotic Values and Rate of Convergence", NIPS 1993,
    larger sizes weighing more as in R. Figueroa et al., "Predicting sample size required for classification
    performance", BMC Medical Informatics 12 (2012). The score never falls with size, and its limit is at most 1. The
    interval joins the spread of the resamples, which is chance in what was measured, and what the curve misses; not a
    world that changes.

    Examples
    --------
    >>> sizes = np.array([100.0, 200.0, 400.0, 800.0])
    >>> gain = forecast_gain(sizes, np.repeat([0.9 - 2.0 / np.sqrt(sizes)], 3, axis=0), 800, 3200)
    >>> round(gain.expected, 3), gain.is_told
    (0.035, True)
    """
    if len(sizes) < _LEAST_SIZES or (scores[0] > 0.0).sum() < _LEAST_SIZES:
        return None
    gains, errors = _gains(sizes, scores, begin, end)
    # What the curve misses of the measured points, for the numbers that it was fitted by, it will miss beyond them.
    missed = float(errors[0]) * len(sizes) / max(1, len(sizes) - _LEAST_SIZES)
    width = DEVIATIONS * float(np.sqrt(gains[1:].var() + missed))
    # A score does not fall with size.
    return Gain(float(gains[0]), max(float(gains[0]) - width, 0.0), float(gains[0]) + width)


def _gains(sizes: _Floats, scores: _Floats, begin: int, end: int) -> tuple[_Floats, _Floats]:
    """Return each row's gain, and the mean squared error of its best curve."""
    weights = np.arange(1.0, len(sizes) + 1)
    weights /= weights.sum()
    best = np.full(len(scores), np.inf)
    gains = np.zeros(len(scores))
    for exponent in _EXPONENTS:
        limits, losses = _fit(sizes**-exponent, scores, weights)
        errors = (limits[:, None] - losses[:, None] * sizes**-exponent - scores) ** 2 @ weights
        is_better = errors < best
        best[is_better] = errors[is_better]
        gains[is_better] = (losses * (float(begin) ** -exponent - float(end) ** -exponent))[is_better]
    return gains, best


def _fit(left: _Floats, scores: _Floats, weights: _Floats) -> tuple[_Floats, _Floats]:
    """Fit limits and losses to rows of scores by weighted least squares, within their bounds."""
    mean_left, mean = float(left @ weights), scores @ weights
    spread = float((left - mean_left) ** 2 @ weights)
    losses = np.maximum(-((scores - mean[:, None]) * (left - mean_left) @ weights) / spread, 0.0)
    limits = mean + losses * mean_left
    at_most = np.maximum((1.0 - scores) * left @ weights / float(left**2 @ weights), 0.0)
    return np.minimum(limits, 1.0), np.where(limits > 1.0, at_most, losses)
