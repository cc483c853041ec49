"""Robust trends of series that have a limit, and when they reach it. Kernel only; it words nothing.

A series is taken as means of buckets, a 24th of the horizon each. Its trend is that since it last turned: Theil and
Sen's median of slopes between all pairs of the last buckets, which errors in under a third of them cannot move.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled

__all__ = ["COLUMNS", "EVENT", "LIMIT", "PLACE", "SCRATCH", "SIGN", "adapted_trend", "empty_trends", "follow_limits"]

_BUCKETS, _TURNS = 36, 8
# Columns of a series: its limit, and 1 if it rises to it or -1; all values after these are multiplied by that.
LIMIT, SIGN = 0, 1
_NEWEST, _BUCKET, _COUNT, _SUM_S, _SUM = 2, 3, 4, 5, 6  # seconds, number of the bucket that is being filled, its sums
_KEPT, _LAST, _NOISE, _FARTHEST = 7, 8, 9, 10  # buckets since the turn; the last mean; how much it moves; farthest off
_LOW, _HIGH = 11, 12  # since the last turn
_IS_OPEN, _STREAK = 13, 14
_LEVEL, _SLOPE, _EXPECTED, _EARLIEST, _LATEST = 15, 16, 17, 18, 19  # at present, a second, and seconds since 1970
_TIMES = 20
_VALUES = _TIMES + _BUCKETS
_HEIGHTS = _VALUES + _BUCKETS
_TURNED = _HEIGHTS + _TURNS
COLUMNS = _TURNED + _TURNS
SCRATCH = _BUCKETS * (_BUCKETS - 1) // 2
# Columns of an event: at which point, of which trend, 1 if it opens, when, and what is said of it (_LEVEL.._LATEST).
PLACE, EVENT = 0, 9

_A_BUCKET = 1 / 24  # of the horizon: trends of up to one and a half horizons, as Prometheus' own rule for full disks
_LEAST = 9  # buckets: by fewer nothing can be said at one in a hundred
_DEVIATIONS = 2.326  # one in a hundred at either end, were buckets independent
# Of Student's t with 6 to 11 degrees of freedom, exceeded one time in two hundred; see `_drifts`.
_SIXTH, _QUANTILES = 6, np.array([3.707, 3.499, 3.355, 3.250, 3.169, 3.106])
_NOISE_RATE = 1 / 16
_LEAST_NOISE = 0.002  # of the farthest that a series was from its limit: steps of a value are no turns
_TURN, _RISEN = 6.0, 4.0  # moves of a bucket: of the fall that is a turn, and of the rise that is a trend
_TURN_SHARE = 0.25  # of the rise: a fall of so much ends it
_REMEMBERED_S = 15 * 86_400.0  # what is cleaned up weekly has turned twice by then
_STREAK_TO_OPEN, _STREAK_TO_CLOSE = 2, 3  # buckets
_LATEST_SHARE, _HOLDING_SHARE = 3.0, 2.0  # horizons: how sure it must be at first, how soon to stay open
_AT_LIMIT = 0.005  # of the farthest


def empty_trends(limits: NDArray[np.float64], signs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the state of series of which nothing is known but their limits, shape (n, COLUMNS)."""
    trends = np.zeros((len(limits), COLUMNS))
    trends[:, LIMIT], trends[:, SIGN] = limits, signs
    trends[:, _NEWEST] = -1e300
    return trends


def adapted_trend(trend: NDArray[np.float64], limit: float, horizon_s: float) -> NDArray[np.float64]:
    """Return a series' state as it goes on by another limit, or another horizon.

    Parameters
    ----------
    trend : ndarray of float64, shape (COLUMNS,)
    limit : float
        Risen or run down to as before. By another one nothing is open.
    horizon_s : float
        Buckets shorter than those of this horizon are joined; longer ones stay as they are.
    """
    adapted = trend.copy()
    adapted[LIMIT] = limit
    if limit != trend[LIMIT]:
        adapted[_FARTHEST] = max(trend[_FARTHEST] + trend[SIGN] * (limit - trend[LIMIT]), 0.0)
        adapted[_IS_OPEN] = adapted[_STREAK] = 0.0
    length_s = _A_BUCKET * horizon_s
    if adapted[_COUNT] > 0.0:
        adapted[_BUCKET] = math.floor(adapted[_NEWEST] / length_s)
    kept = int(trend[_KEPT])
    if kept:
        number = np.floor(trend[_TIMES : _TIMES + kept] / length_s)
        first = np.concatenate(([0], np.flatnonzero(np.diff(number)) + 1))
        joined = np.diff(np.append(first, kept))
        for column in (_TIMES, _VALUES):
            adapted[column : column + len(first)] = np.add.reduceat(trend[column : column + kept], first) / joined
        adapted[_KEPT] = len(first)
    return adapted


@compiled
def follow_limits(
    trends: NDArray[np.float64],
    slots: NDArray[np.int64],
    points: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]],
    horizon_s: float,
    scratch: NDArray[np.float64],
    events: NDArray[np.float64],
) -> int:
    """Take points in their order; return how many events there are.

    Parameters
    ----------
    trends : ndarray of float64, shape (k, COLUMNS)
        Changed in place.
    slots : ndarray of int64, shape (n,)
        By series the row of its trend, -1 without a limit.
    points : tuple of ndarray
        Series, event time in ns, value; what is not finite, or no newer than the series, is passed over.
    horizon_s : float
    scratch : ndarray of float64, shape (SCRATCH,)
    events : ndarray of float64, shape (at least one a point, EVENT)
        Filled in.
    """
    series, time_ns, value = points
    found = 0
    for place in range(len(series)):
        slot = slots[series[place]]
        if slot < 0 or not abs(value[place]) < 1e30:
            continue
        one, now_s = trends[slot], time_ns[place] / 1e9
        if not now_s > one[_NEWEST]:
            continue
        one[_NEWEST] = now_s
        bucket = math.floor(now_s / (_A_BUCKET * horizon_s))
        if one[_COUNT] > 0.0 and bucket != one[_BUCKET]:
            is_turn = _end_bucket(one)
            if _judge(one, now_s, horizon_s, is_turn, scratch):
                event = events[found]
                event[PLACE], event[1], event[2], event[3] = place, slot, one[_IS_OPEN], now_s
                for column in range(5):
                    event[4 + column] = one[_LEVEL + column]
                found += 1
        one[_BUCKET] = bucket
        one[_COUNT] += 1.0
        one[_SUM_S] += now_s
        one[_SUM] += one[SIGN] * value[place]
    return found


@compiled
def _end_bucket(one: NDArray[np.float64]) -> bool:
    """Let the mean of a full bucket count; return whether the series has turned away from its limit."""
    at_s, mean = one[_SUM_S] / one[_COUNT], one[_SUM] / one[_COUNT]
    is_first = one[_KEPT] == 0.0
    one[_COUNT] = one[_SUM_S] = one[_SUM] = 0.0
    one[_FARTHEST] = max(one[_FARTHEST], one[SIGN] * one[LIMIT] - mean)
    least = _LEAST_NOISE * one[_FARTHEST]
    if not is_first:
        moved = min(abs(mean - one[_LAST]), 4.0 * max(one[_NOISE], least))
        one[_NOISE] += _NOISE_RATE * (moved - one[_NOISE]) if one[_NOISE] > 0.0 else moved
    one[_LAST] = mean
    turn = _TURN * max(one[_NOISE], least)
    risen, fallen = one[_HIGH] - one[_LOW], one[_HIGH] - mean
    is_turn = not is_first and fallen >= turn and fallen >= _TURN_SHARE * risen
    if is_turn and risen >= turn:
        _remember_turn(one, at_s)
    if is_first or is_turn or mean < one[_LOW]:
        one[_LOW] = one[_HIGH] = mean
        one[_KEPT] = 0.0
    one[_HIGH] = max(one[_HIGH], mean)
    kept = int(one[_KEPT])
    if kept == _BUCKETS:
        kept -= 1
        for at in range(kept):
            one[_TIMES + at], one[_VALUES + at] = one[_TIMES + at + 1], one[_VALUES + at + 1]
    one[_TIMES + kept], one[_VALUES + kept] = at_s, mean
    one[_KEPT] = kept + 1
    return is_turn


@compiled
def _remember_turn(one: NDArray[np.float64], at_s: float) -> None:
    """Remember the height at which the series turned, in place of an old one or of the lowest."""
    chosen = 0
    for at in range(_TURNS):
        if one[_TURNED + at] < at_s - _REMEMBERED_S:
            chosen = at
            break
        if one[_HEIGHTS + at] < one[_HEIGHTS + chosen]:
            chosen = at
    one[_HEIGHTS + chosen], one[_TURNED + chosen] = one[_HIGH], at_s


@compiled
def _usual_height(one: NDArray[np.float64], now_s: float) -> float:
    """Return up to where the series has come at least twice lately and turned; -inf if it has not."""
    highest = second = -math.inf
    for at in range(_TURNS):
        if one[_TURNED + at] > 0.0 and one[_TURNED + at] >= now_s - _REMEMBERED_S:
            height = one[_HEIGHTS + at]
            if height > highest:
                highest, second = height, highest
            else:
                second = max(second, height)
    return second


@compiled
def _judge(
    one: NDArray[np.float64], now_s: float, horizon_s: float, is_turn: bool, scratch: NDArray[np.float64]
) -> bool:
    """Open or close the series' warning; return whether that was done."""
    share = _HOLDING_SHARE if one[_IS_OPEN] == 1.0 else 1.0
    is_due = _forecast(one, now_s, share * horizon_s, scratch)
    least = max(one[_NOISE], _LEAST_NOISE * one[_FARTHEST])
    if one[_IS_OPEN] == 0.0:
        is_due = is_due and one[_LATEST] - now_s <= _LATEST_SHARE * horizon_s
        is_due = is_due and one[_LAST] > _usual_height(one, now_s) + 2.0 * least
        one[_STREAK] = one[_STREAK] + 1.0 if is_due else 0.0
        if one[_STREAK] < _STREAK_TO_OPEN:
            return False
        one[_IS_OPEN], one[_STREAK] = 1.0, 0.0
        return True
    is_there = one[SIGN] * one[LIMIT] - one[_LAST] <= _AT_LIMIT * one[_FARTHEST]
    one[_STREAK] = 0.0 if is_due or is_there else one[_STREAK] + 1.0
    if not is_turn and one[_STREAK] < _STREAK_TO_CLOSE:
        return False
    one[_IS_OPEN], one[_STREAK] = 0.0, 0.0
    return True


@compiled
def _forecast(one: NDArray[np.float64], now_s: float, within_s: float, scratch: NDArray[np.float64]) -> bool:
    """Say when the limit is reached by the longest trend that says so in time; return whether one does."""
    least = max(one[_NOISE], _LEAST_NOISE * one[_FARTHEST])
    kept = int(one[_KEPT])
    taken = kept
    while taken >= _LEAST:
        begin = kept - taken
        pairs = 0
        for later in range(begin + 1, kept):
            for earlier in range(begin, later):
                passed_s = one[_TIMES + later] - one[_TIMES + earlier]
                scratch[pairs] = (one[_VALUES + later] - one[_VALUES + earlier]) / passed_s
                pairs += 1
        _sort(scratch, pairs)
        # P. K. Sen, "Estimates of the Regression Coefficient Based on Kendall's Tau", JASA 1968.
        off = _DEVIATIONS * math.sqrt(taken * (taken - 1.0) * (2.0 * taken + 5.0) / 18.0)
        lowest = scratch[max(int((pairs - off) / 2.0), 0)]
        highest = scratch[min(int((pairs + off) / 2.0), pairs - 1)]
        slope = 0.5 * (scratch[(pairs - 1) // 2] + scratch[pairs // 2])
        risen = slope * (one[_TIMES + kept - 1] - one[_TIMES + begin])
        is_trend = lowest > 0.0 and risen >= _RISEN * least
        if is_trend and (one[_IS_OPEN] == 1.0 or _drifts(one, begin, kept, slope)):
            for at in range(taken):
                scratch[at] = one[_VALUES + begin + at] + slope * (now_s - one[_TIMES + begin + at])
            _sort(scratch, taken)
            level = 0.5 * (scratch[(taken - 1) // 2] + scratch[taken // 2])
            left = max(one[SIGN] * one[LIMIT] - level, 0.0)
            if left <= slope * within_s:
                one[_LEVEL], one[_SLOPE] = level, slope
                one[_EXPECTED] = now_s + left / slope
                one[_EARLIEST] = now_s + max(left - least, 0.0) / highest
                one[_LATEST] = now_s + (left + least) / lowest
                return True
        taken = max(taken // 2, _LEAST) if taken > _LEAST else 0
    return False


@compiled
def _drifts(one: NDArray[np.float64], begin: int, end: int, slope: float) -> bool:
    """Return whether buckets rise by more than a random walk of their own moves would by chance.

    The moves are over a sixth of the span, in which noise around a trend cancels out and what a walk adds up does not
    (A. Lo and C. MacKinlay, "Stock Market Prices Do Not Follow Random Walks", 1988).
    """
    steps = end - begin - 1
    passed_s = one[_TIMES + end - 1] - one[_TIMES + begin]
    scale = max(steps // _SIXTH, 1)
    total = 0.0
    for at in range(begin, end - scale):
        took_s = one[_TIMES + at + scale] - one[_TIMES + at]
        off = one[_VALUES + at + scale] - one[_VALUES + at] - slope * took_s
        total += off * off / took_s
    variance = total / ((steps - scale + 1.0) * (1.0 - scale / steps))
    return bool(slope * math.sqrt(passed_s) >= _QUANTILES[steps // scale - _SIXTH] * math.sqrt(variance))


@compiled
def _sort(values: NDArray[np.float64], n: int) -> None:
    """Sort the first ``n`` in place: Shell's way, as kernels cannot make the room that others need."""
    gap = n // 2
    while gap > 0:
        for begin in range(gap, n):
            moving, at = values[begin], begin
            while at >= gap and values[at - gap] > moving:
                values[at] = values[at - gap]
                at -= gap
            values[at] = moving
        gap = 5 * gap // 11 if gap > 2 else gap - 1
