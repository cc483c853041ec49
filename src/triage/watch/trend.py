"""Whether a series leans away from where it should be, slowly: what a leap cannot do and a leak does."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.watch.course import Moment
from triage.watch.scales import ERROR_RATE, HUBER, moved_scale
from triage.watch.state import COURSE_ERROR, LEAN, LEAN_SCALE, NEAR, NEAR_ERROR, OFFSET, TREND

__all__ = ["follow_trend", "trend_of"]

_NEAR_RATE, _OFFSET_RATE = 1 / 36, 1 / 60  # three and five hours of five-minute points
# Of the trend: a step of more than one scale counts by its logarithm, so that one leap does little and a dozen small
# steps the same way much; only what a leap has beyond ten scales counts again, by its size. The sum is forgotten by
# half in 13 points.
_LEAP, _GROSS_LEAP, _GROSSLY, _FARTHEST_LEAN, _TREND_KEPT = 0.3, 10.0, 0.3, 30.0, 0.95
_BACK_SHARE = 0.5  # of a trend that leads back to where the series should be


@compiled
def follow_trend(
    levels: NDArray[np.float64],
    numbers: NDArray[np.float32],
    value: float,
    least: float,
    moment: Moment,
    share: float,
) -> None:
    """Learn from a value where the series should be, and add its step away from there to the trend.

    Parameters
    ----------
    levels : ndarray of float64, shape (SERIES_LEVELS,)
        Of one series; changed in place.
    numbers : ndarray of float32, shape (SERIES_NUMBERS,)
        As well.
    value, least : float
        The value, and what its series' scales are at least.
    moment : Moment
        The value's place in the day.
    share : float
        In (0, 1]: of the value among all so far.

    Notes
    -----
    The value is expected at a mean of the near level and the day's course, each counting by how little it has erred:
    the season helps as soon as it is known, which is on the second day, and only as far as it is good.
    """
    near, scale = levels[NEAR], levels[LEAN_SCALE]
    spread = max(scale, least)
    cut = HUBER * spread
    expected, off_near = near, value - near
    if moment.is_known:
        offset, near_error, course_error = levels[OFFSET], numbers[NEAR_ERROR], numbers[COURSE_ERROR]
        course = moment.expected + offset
        off_course = value - course
        expected += (course - near) * _course_share(near_error, course_error)
        rate = max(share, ERROR_RATE)
        numbers[NEAR_ERROR] = near_error + rate * (min(abs(off_near), cut) - near_error)
        numbers[COURSE_ERROR] = course_error + rate * (min(abs(off_course), cut) - course_error)
        levels[OFFSET] = offset + _OFFSET_RATE * min(max(off_course, -cut), cut)
    levels[NEAR] = near + max(share, _NEAR_RATE) * min(max(off_near, -cut), cut)
    off = value - expected
    lean = min(max(off / spread, -_FARTHEST_LEAN), _FARTHEST_LEAN)
    step = lean - numbers[LEAN]
    size = abs(step)
    if size > 1.0:
        size = 1.0 + _LEAP * math.log(size) + _GROSSLY * max(size - _GROSS_LEAP, 0.0)
        step = math.copysign(size, step)
    numbers[LEAN] = lean
    numbers[TREND] = _TREND_KEPT * numbers[TREND] + step
    levels[LEAN_SCALE] = moved_scale(scale, least, off, share)


@compiled
def trend_of(numbers: NDArray[np.float32]) -> float:
    """Return how far the series has moved away lately, in its scales, at least 0; higher is worse.

    A way back counts half: the series is not getting worse, though what it has come back by adds up just the same.
    """
    is_back = numbers[TREND] * numbers[LEAN] <= 0.0
    return (_BACK_SHARE if is_back else 1.0) * abs(float(numbers[TREND]))


@compiled
def _course_share(near_error: float, course_error: float) -> float:
    """Return how much the day's course counts beside the near level, in [0, 1]: by the fourth power of the errors."""
    if near_error <= 0.0:
        return 0.0
    ratio = course_error / near_error
    return float(1.0 / (1.0 + (ratio * ratio) * (ratio * ratio)))
