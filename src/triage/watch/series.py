"""One point of one series: what was expected, how surprising it is, and what is learnt from it. Knows no entities."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.watch.state import (
    BEFORE_LAST,
    COUNT,
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
    LEVEL,
    LEVEL_ERROR,
    OPENING,
    RUN,
    SCALE,
    SCORE,
    SEASON_ERROR,
    STATISTICS,
    SURPRISE,
    UNREST,
    SeriesState,
)
from triage.watch.tails import place, remember, tail

__all__ = ["LARGEST", "watch_value"]

LARGEST = 1e150  # values beyond it are treated as infinite: their squares and differences would overflow

_HOUR_NS = 3_600_000_000_000
_SEASON_AFTER_NS = 3 * 24 * _HOUR_NS  # two repetitions of a day are the least that can show one
_SEASON_GAIN = 0.9  # the season is used while it leaves less than this share of the error
_ERROR_RATE = 0.01
_LEVEL_RATE = 1 / 300  # a day of five-minute points
_SCALE_RATE = 1 / 1000  # slower than the level, so that a long anomaly does not become usual at once
_FAST_RATE = 0.08
_SHORT_RATE = 1 / 12  # drift and unrest: an hour of five-minute points
_SMOOTHING = 0.3  # of the surprise: two or three odd points in a row say more than one
_VISIT_RATE = 0.02
_HUBER = 5.0  # scales beyond which a residual teaches no more than this
_CLIP = 6.0  # the same for drift and unrest
_TO_DEVIATION = 1.25  # a normal deviate's standard deviation over its mean absolute size
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
        state.opening[row, count] = value
        if count == OPENING - 1:
            _begin(numbers, state.season[row], state.opening[row])
    else:
        hour = (time_ns // _HOUR_NS) % HOURS
        expected = _expect(state, row, time_ns, hour)
        _answer(numbers, state.tails[row], value, expected)
        _learn_level(state, row, value, expected, hour)
    clock[LAST_NS] = time_ns
    clock[COUNT] = count + 1
    numbers[BEFORE_LAST] = numbers[LAST]
    numbers[LAST] = value
    return True


@compiled
def _begin(numbers: NDArray[np.float64], season: NDArray[np.float64], values: NDArray[np.float64]) -> None:
    """Set level and scales to medians of the opening values, so that a stray one among them does no harm."""
    level = _median(values)
    numbers[LEVEL] = numbers[FAST] = numbers[LAST] = level
    last = values[OPENING - 1]
    for number in range(OPENING - 1, -1, -1):
        values[number] = abs(values[number] - level)
    numbers[SCALE] = numbers[FAST_SCALE] = _TO_DEVIATION * _median(values)
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
def _expect(state: SeriesState, row: int, time_ns: int, hour: int) -> float:
    """Return the expected value: the hour's own level where the season has proved itself, else the level."""
    numbers = state.numbers[row]
    if (
        time_ns - state.clock[row, FIRST_NS] >= _SEASON_AFTER_NS
        and state.visits[row, hour] >= 3
        and numbers[SEASON_ERROR] < _SEASON_GAIN * numbers[LEVEL_ERROR]
    ):
        return float(state.season[row, hour])
    return float(numbers[LEVEL])


@compiled
def _least_scale(level: float) -> float:
    """Return what a scale is at least: differences below a billionth of the level are rounding."""
    return max(1e-9 * abs(level), 1e-300)


@compiled
def _answer(numbers: NDArray[np.float64], tails: NDArray[np.uint16], value: float, expected: float) -> None:
    """Turn five statistics into tail probabilities, their sum into one more, and that into the limited score."""
    least = _least_scale(numbers[LEVEL])
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
    numbers[RUN] = _longer(numbers[RUN], off_level)
    numbers[EVIDENCE] = surprise
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
def _learn_level(state: SeriesState, row: int, value: float, expected: float, hour: int) -> None:
    """Move levels, scales and season towards the value, none of them by more than a few scales."""
    numbers, season = state.numbers[row], state.season[row]
    least = _least_scale(numbers[LEVEL])
    share = 1.0 / (state.clock[row, COUNT] + 1.0)
    cut = _HUBER * max(numbers[SCALE], least)
    off_level, off_season = value - numbers[LEVEL], value - season[hour]
    if state.visits[row, hour] >= 3:
        numbers[LEVEL_ERROR] += _ERROR_RATE * (min(abs(off_level), cut) - numbers[LEVEL_ERROR])
        numbers[SEASON_ERROR] += _ERROR_RATE * (min(abs(off_season), cut) - numbers[SEASON_ERROR])
    numbers[LEVEL] += max(share, _LEVEL_RATE) * min(max(off_level, -cut), cut)
    state.visits[row, hour] = min(state.visits[row, hour] + 1, 100)
    season[hour] += max(1.0 / state.visits[row, hour], _VISIT_RATE) * min(max(off_season, -cut), cut)
    _learn_scale(numbers, SCALE, value - expected, share)
    _learn_scale(numbers, FAST_SCALE, value - numbers[FAST], share)
    _learn_scale(numbers, JUMP_SCALE, value - numbers[LAST], share)
    # The median of three: a single stray value never reaches the fast level, a step does with its second point.
    last, before = numbers[LAST], numbers[BEFORE_LAST]
    middle = max(min(value, last), min(max(value, last), before))
    numbers[FAST] += max(share, _FAST_RATE) * (middle - numbers[FAST])
    if abs(numbers[RUN]) >= _RUN_TO_SHIFT:
        shift = numbers[FAST] - expected
        numbers[LEVEL] += shift
        for each in range(HOURS):
            season[each] += shift
        numbers[RUN] = numbers[DRIFT] = 0.0


@compiled
def _learn_scale(numbers: NDArray[np.float64], which: int, residual: float, share: float) -> None:
    scale = numbers[which]
    most = _HUBER * max(scale, _least_scale(numbers[LEVEL]))
    numbers[which] += max(share, _SCALE_RATE) * (min(_TO_DEVIATION * abs(residual), most) - scale)
