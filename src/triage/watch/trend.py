"""Whether a series leans away from where it should be, slowly: what a leap cannot do and a leak does."""

from __future__ import annotations

import math

from triage.compiling import compiled
from triage.watch.course import are_known
from triage.watch.lanes import COURSE, LEAST, SHARE, VALUE, VISITS_EARLIER, VISITS_LATER, Lanes, at
from triage.watch.logarithm import log_of
from triage.watch.scales import ERROR_RATE, HUBER, OFFSET_RATE, moved_scale
from triage.watch.state import COURSE_ERROR, LEAN, LEAN_SCALE, NEAR, NEAR_ERROR, OFFSET, TREND

__all__ = ["follow_trends", "trend_of"]

_NEAR_RATE = 1 / 36  # three hours of five-minute points
# Of the trend: a step of more than one scale counts by its logarithm, so that one leap does little and a dozen small
# steps the same way much; only what a leap has beyond ten scales counts again, by its size. The sum is forgotten by
# half in 13 points.
_LEAP, _GROSS_LEAP, _GROSSLY, _FARTHEST_LEAN, _TREND_KEPT = 0.3, 10.0, 0.3, 30.0, 0.95
_BACK_SHARE = 0.5  # of a trend that leads back to where the series should be


@compiled
def follow_trends(lanes: Lanes, n: int) -> None:
    """Learn from values where their series should be, and add their steps away from there to the trends.

    Parameters
    ----------
    lanes : Lanes
        Changed in place.
    n : int
        How many of them.

    Notes
    -----
    A value is expected at a mean of the near level and the day's course, each counting by how little it has erred:
    the season helps as soon as it is known, which is on the second day, and only as far as it is good.
    """
    wide, narrow, whole = lanes.wide, lanes.narrow, lanes.whole
    for lane in range(n):
        value, least, share = wide[at(VALUE, lane)], wide[at(LEAST, lane)], wide[at(SHARE, lane)]
        near, scale, offset = wide[at(NEAR, lane)], wide[at(LEAN_SCALE, lane)], wide[at(OFFSET, lane)]
        near_error, course_error = narrow[at(NEAR_ERROR, lane)], narrow[at(COURSE_ERROR, lane)]
        is_known = are_known(whole[at(VISITS_EARLIER, lane)], whole[at(VISITS_LATER, lane)])
        spread = max(scale, least)
        cut = HUBER * spread
        course = wide[at(COURSE, lane)] + offset
        off_near, off_course = value - near, value - course
        expected = near + (course - near) * _course_share(near_error, course_error) if is_known else near
        rate = max(share, ERROR_RATE)
        near_moved = near_error + rate * (min(abs(off_near), cut) - near_error)
        course_moved = course_error + rate * (min(abs(off_course), cut) - course_error)
        narrow[at(NEAR_ERROR, lane)] = near_moved if is_known else near_error
        narrow[at(COURSE_ERROR, lane)] = course_moved if is_known else course_error
        wide[at(OFFSET, lane)] = offset + OFFSET_RATE * min(max(off_course, -cut), cut) if is_known else offset
        wide[at(NEAR, lane)] = near + max(share, _NEAR_RATE) * min(max(off_near, -cut), cut)
        off = value - expected
        lean = min(max(off / spread, -_FARTHEST_LEAN), _FARTHEST_LEAN)
        step = lean - narrow[at(LEAN, lane)]
        size = max(abs(step), 1.0)
        leap = math.copysign(1.0 + _LEAP * log_of(size) + _GROSSLY * max(size - _GROSS_LEAP, 0.0), step)
        narrow[at(LEAN, lane)] = lean
        narrow[at(TREND, lane)] = _TREND_KEPT * narrow[at(TREND, lane)] + (leap if size > 1.0 else step)
        wide[at(LEAN_SCALE, lane)] = moved_scale(scale, least, off, share)


@compiled
def trend_of(trend: float, lean: float) -> float:
    """Return how far a series has moved away lately, in its scales, at least 0; higher is worse.

    A way back counts half: the series is not getting worse, though what it has come back by adds up just the same.
    """
    return (_BACK_SHARE if trend * lean <= 0.0 else 1.0) * abs(trend)


@compiled
def _course_share(near_error: float, course_error: float) -> float:
    """Return how much the day's course counts beside the near level, in [0, 1]: by the fourth power of the errors."""
    ratio = course_error / near_error
    return float(1.0 / (1.0 + (ratio * ratio) * (ratio * ratio))) if near_error > 0.0 else 0.0
