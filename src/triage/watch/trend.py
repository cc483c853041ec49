"""Whether a series leans away from where it should be, slowly: what a leap cannot do and a leak does."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.watch.course import Moment
from triage.watch.scales import ERROR_RATE, HUBER, learn_scale, least_scale
from triage.watch.state import COURSE_ERROR, LEAN, LEAN_SCALE, LEVEL, NEAR, NEAR_ERROR, OFFSET, TREND

__all__ = ["follow_trend", "trend_of"]

_NEAR_RATE, _OFFSET_RATE = 1 / 36, 1 / 60  # three and five hours of five-minute points
# Of the trend: a step of more than one scale counts by its logarithm, so that one leap does little and a dozen small
# steps the same way much; only what a leap has beyond ten scales counts again, by its size. The sum is forgotten by
# half in 13 points.
_LEAP, _GROSS_LEAP, _GROSSLY, _FARTHEST_LEAN, _TREND_KEPT = 0.3, 10.0, 0.3, 30.0, 0.95
_BACK_SHARE = 0.5  # of a trend that leads back to where the series should be


@compiled
def follow_trend(numbers: NDArray[np.float64], value: float, moment: Moment, share: float) -> None:
    """Learn from a value where the series should be, and add its step away from there to the trend.

    Parameters
    ----------
    numbers : ndarray of float64, shape (SERIES_NUMBERS,)
        Of one series; changed in place.
    value : float
    moment : Moment
        The value's place in the day.
    share : float
        In (0, 1]: of the value among all so far.

    Notes
    -----
    The value is expected at a mean of the near level and the day's course, each counting by how little it has erred:
    the season helps as soon as it is known, which is on the second day, and only as far as it is good.
    """
    least = least_scale(numbers[LEVEL])
    cut = HUBER * max(numbers[LEAN_SCALE], least)
    expected, off_near = numbers[NEAR], value - numbers[NEAR]
    rate = max(share, ERROR_RATE)
    if moment.is_known:
        off_course = value - moment.expected
        expected += (moment.expected - expected) * _course_share(numbers[NEAR_ERROR], numbers[COURSE_ERROR])
        numbers[NEAR_ERROR] += rate * (min(abs(off_near), cut) - numbers[NEAR_ERROR])
        numbers[COURSE_ERROR] += rate * (min(abs(off_course), cut) - numbers[COURSE_ERROR])
        numbers[OFFSET] += _OFFSET_RATE * min(max(off_course, -cut), cut)
    numbers[NEAR] += max(share, _NEAR_RATE) * min(max(off_near, -cut), cut)
    lean = min(max((value - expected) / max(numbers[LEAN_SCALE], least), -_FARTHEST_LEAN), _FARTHEST_LEAN)
    step = lean - numbers[LEAN]
    size = abs(step)
    if size > 1.0:
        size = 1.0 + _LEAP * math.log(size) + _GROSSLY * max(size - _GROSS_LEAP, 0.0)
        step = math.copysign(size, step)
    numbers[LEAN] = lean
    numbers[TREND] = _TREND_KEPT * numbers[TREND] + step
    learn_scale(numbers, LEAN_SCALE, value - expected, share)


@compiled
def trend_of(numbers: NDArray[np.float64]) -> float:
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
