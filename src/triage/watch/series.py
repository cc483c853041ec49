"""One point of one series: what was expected, how surprising it is, and what is learnt from it. Knows no entities."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.watch.course import HOUR_NS, Moment, learn_hours, moment_of
from triage.watch.scales import ERROR_RATE, HUBER, TO_DEVIATION, learn_scale, least_scale
from triage.watch.state import (
    BEFORE_LAST,
    COUNT,
    COURSE_ERROR,
    DRIFT,
    EVIDENCE,
    FAST,
    FAST_SCALE,
    FIRST_NS,
    HELD,
    HOURS,
    JUMP_SCALE,
    LAST,
    LAST_NS,
    LEAN_SCALE,
    LEVEL,
    LEVEL_ERROR,
    NEAR,
    NEAR_ERROR,
    OFFSET,
    OPENING,
    RUN,
    SCALE,
    SCORE,
    STATISTICS,
    SURPRISE,
    UNREST,
    SeriesState,
)
from triage.watch.tails import place, remember, tail
from triage.watch.trend import follow_trend, trend_of

__all__ = ["LARGEST", "watch_value"]

LARGEST = 1e150  # values beyond it are treated as infinite: their squares and differences would overflow

_SEASON_AFTER_NS = 3 * 24 * HOUR_NS  # two repetitions of a day are the least that can show one
_SEASON_GAIN = 0.9  # the season is used while it leaves less than this share of the error
_LEVEL_RATE = 1 / 300  # a day of five-minute points
_FAST_RATE = 0.08
_SHORT_RATE = 1 / 12  # drift and unrest: an hour of five-minute points
_SMOOTHING = 0.3  # of the surprise: two or three odd points in a row say more than one
# Of the surprise beyond 3 in the entity's evidence: it also sees what neither leans nor leaps, such as unrest.
_RARE, _RARE_SHARE = 3.0, 0.5
_CLIP = 6.0  # scales beyond which a distance adds no more to drift and unrest
_JUMP_TO_SCALE = 2**0.5  # of independent values: the jump is the difference of two
_FAR, _RUN_TO_SHIFT = 3.0, 24  # a level shift: so many points in a row beyond three scales on one side
_GROSS = 1e6  # standardised residuals are cut here
# The limiter: news must exceed 1.5 times the last news' evidence, which halves in 150 points; the rest speaks softly.
_REARM, _HOLD_DECAY, _SOFTLY = 1.5, 0.5 ** (1 / 150), 0.5


@compiled
def watch_value(state: SeriesState, row: int, time_ns: int, value: float) -> bool:
    """Answer and learn from one point; return whether it counted.

    Parameters
    ----------
    state : SeriesState
        Changed in place; the answer is in its columns SCORE and EVIDENCE.
    row : int
        Which series.
    time_ns : int
        Event time, ns since the epoch.
    value : float

    Returns
    -------
    bool
        False, and nothing is changed, for a value that is no number or beyond `LARGEST`, and for a point that is not
        newer than the series' last one.
    """
    clock, numbers = state.clock[row], state.numbers[row]
    count = clock[COUNT]
    if not abs(value) <= LARGEST or (count > 0 and time_ns <= clock[LAST_NS]):
        return False
    if count < OPENING:
        if count == 0:
            clock[FIRST_NS] = time_ns
        state.season[row, count] = value
        if count == OPENING - 1:
            _begin(numbers, state.season[row])
    else:
        moment = moment_of(state, row, time_ns)
        expected = _expect(state, row, time_ns, moment)
        follow_trend(numbers, value, moment, 1.0 / (count + 1.0))
        _answer(numbers, state.tails[row], value, expected)
        _learn_level(state, row, value, expected, moment)
    clock[LAST_NS] = time_ns
    clock[COUNT] = count + 1
    numbers[BEFORE_LAST] = numbers[LAST]
    numbers[LAST] = value
    return True


@compiled
def _begin(numbers: NDArray[np.float64], season: NDArray[np.float64]) -> None:
    """Set level and scales to medians of the opening values, so that a stray one among them does no harm."""
    values = season[:OPENING]
    last = values[OPENING - 1]
    level = _median(values)
    numbers[LEVEL] = numbers[FAST] = numbers[NEAR] = level
    for number in range(OPENING - 1, -1, -1):
        values[number] = abs(values[number] - level)
    numbers[SCALE] = numbers[FAST_SCALE] = numbers[LEAN_SCALE] = TO_DEVIATION * _median(values)
    numbers[NEAR_ERROR] = numbers[COURSE_ERROR] = numbers[SCALE]
    numbers[JUMP_SCALE] = numbers[SCALE] * _JUMP_TO_SCALE
    numbers[LAST] = last
    for hour in range(HOURS):
        season[hour] = level


@compiled
def _median(values: NDArray[np.float64]) -> float:
    """Sort the opening values in place, by insertion, and return their median."""
    for number in range(1, OPENING):
        value, slot = values[number], number
        while slot > 0 and values[slot - 1] > value:
            values[slot] = values[slot - 1]
            slot -= 1
        values[slot] = value
    return float(0.5 * (values[OPENING // 2 - 1] + values[OPENING // 2]))


@compiled
def _expect(state: SeriesState, row: int, time_ns: int, moment: Moment) -> float:
    """Return the expected value: the day's course where it has proved itself, else the level."""
    numbers = state.numbers[row]
    if (
        moment.is_known
        and time_ns - state.clock[row, FIRST_NS] >= _SEASON_AFTER_NS
        and numbers[COURSE_ERROR] < _SEASON_GAIN * numbers[LEVEL_ERROR]
    ):
        return moment.expected
    return float(numbers[LEVEL])


@compiled
def _answer(numbers: NDArray[np.float64], tails: NDArray[np.uint16], value: float, expected: float) -> None:
    """Turn five statistics into tail probabilities, their sum into one more, and that into the limited score."""
    least = least_scale(numbers[LEVEL])
    off_level = (value - expected) / max(numbers[SCALE], least)
    off_fast = abs(value - numbers[FAST]) / max(numbers[FAST_SCALE], least)
    jump = abs(value - numbers[LAST]) / max(numbers[JUMP_SCALE], least)
    numbers[DRIFT] += _SHORT_RATE * (min(max(off_level, -_CLIP), _CLIP) - numbers[DRIFT])
    numbers[UNREST] += _SHORT_RATE * (min(off_fast, _CLIP) - numbers[UNREST])
    level_p = _tail_of(tails[0], abs(off_level))
    fast_p = _tail_of(tails[1], off_fast)
    jump_p = _tail_of(tails[2], jump)
    drift_p = _tail_of(tails[3], abs(numbers[DRIFT]))
    unrest_p = _tail_of(tails[4], numbers[UNREST])
    # Level and drift weigh double: a mean of logarithms with weights 1, 1/2, 1/2, 1, 1/2.
    surprise = -math.log(level_p * drift_p * math.sqrt(fast_p * jump_p * unrest_p)) / 3.5
    numbers[SURPRISE] += _SMOOTHING * (surprise - numbers[SURPRISE])
    probability = _tail_of(tails[STATISTICS], numbers[SURPRISE])
    evidence = -math.log10(probability)
    numbers[EVIDENCE] = trend_of(numbers) + _RARE_SHARE * max(numbers[SURPRISE] - _RARE, 0.0)
    numbers[RUN] = _longer(numbers[RUN], off_level)
    numbers[HELD] *= _HOLD_DECAY
    is_news = evidence > numbers[HELD]
    if is_news:
        numbers[HELD] = _REARM * evidence
    numbers[SCORE] = (1.0 if is_news else _SOFTLY) * (1.0 - probability)


@compiled
def _tail_of(counts: NDArray[np.uint16], value: float) -> float:
    at = place(min(value, _GROSS))
    found = tail(counts, at)
    remember(counts, at)
    return float(found)


@compiled
def _longer(run: float, off_level: float) -> float:
    """Return the signed number of points in a row far off on one side, this one included."""
    if off_level > _FAR:
        return max(run, 0.0) + 1.0
    if off_level < -_FAR:
        return min(run, 0.0) - 1.0
    return 0.0


@compiled
def _learn_level(state: SeriesState, row: int, value: float, expected: float, moment: Moment) -> None:
    """Move levels, scales and season towards the value, none of them by more than a few scales."""
    numbers, season = state.numbers[row], state.season[row]
    least = least_scale(numbers[LEVEL])
    share = 1.0 / (state.clock[row, COUNT] + 1.0)
    cut = HUBER * max(numbers[SCALE], least)
    off_level = value - numbers[LEVEL]
    if moment.is_known:
        numbers[LEVEL_ERROR] += ERROR_RATE * (min(abs(off_level), cut) - numbers[LEVEL_ERROR])
    numbers[LEVEL] += max(share, _LEVEL_RATE) * min(max(off_level, -cut), cut)
    offset = numbers[OFFSET]
    learn_hours(state.visits[row], season, moment, value - offset, numbers[NEAR] - offset, cut)
    learn_scale(numbers, SCALE, value - expected, share)
    learn_scale(numbers, FAST_SCALE, value - numbers[FAST], share)
    learn_scale(numbers, JUMP_SCALE, value - numbers[LAST], share)
    # The median of three: a single stray value never reaches the fast level, a step does with its second point.
    last, before = numbers[LAST], numbers[BEFORE_LAST]
    middle = max(min(value, last), min(max(value, last), before))
    numbers[FAST] += max(share, _FAST_RATE) * (middle - numbers[FAST])
    if abs(numbers[RUN]) >= _RUN_TO_SHIFT:
        shift = numbers[FAST] - expected
        numbers[LEVEL] += shift
        numbers[RUN] = numbers[DRIFT] = 0.0
