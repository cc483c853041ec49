"""Usual distances of a series: how they are learnt so that no single value counts for much. Knows no time."""

from __future__ import annotations

from triage.compiling import compiled

__all__ = ["ERROR_RATE", "HUBER", "OFFSET_RATE", "TO_DEVIATION", "least_scale", "moved_scale"]

OFFSET_RATE = 1 / 60  # of how far a series is from its course lately: five hours of five-minute points
ERROR_RATE = 0.01  # of the errors by which the season and levels are compared
_SCALE_RATE = 1 / 1000  # slower than the level, so that a long anomaly does not become usual at once
HUBER = 5.0  # scales beyond which a residual teaches no more than this
TO_DEVIATION = 1.25  # a normal deviate's standard deviation over its mean absolute size


@compiled
def least_scale(level: float) -> float:
    """Return what a scale is at least: differences below a billionth of the level are rounding."""
    return max(1e-9 * abs(level), 1e-300)


@compiled
def moved_scale(scale: float, least: float, residual: float, share: float) -> float:
    """Return a scale moved towards a residual's size, by its share of all values but no less than a thousandth.

    Parameters
    ----------
    scale, least : float
        The scale, and what it is at least.
    residual : float
    share : float
        In (0, 1].
    """
    most = HUBER * max(scale, least)
    return scale + max(share, _SCALE_RATE) * (min(TO_DEVIATION * abs(residual), most) - scale)
