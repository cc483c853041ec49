"""One point of one series: what was expected, how surprising it is, and what is learnt from it. Knows no entities."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.watch.counters import GAUGE, UNREAD, rate_of
from triage.watch.course import HOUR_NS, NO_MOMENT, earn_season, learn_hours, moment_of
from triage.watch.scales import ERROR_RATE, HUBER, TO_DEVIATION, least_scale, moved_scale
from triage.watch.state import (
    BEFORE_LAST,
    COUNT,
    COURSE_ERROR,
    DRIFT,
    EVIDENCE,
    FAST,
    FAST_SCALE,
    FIRST_HOUR,
    HELD,
    JUMP_SCALE,
    KIND,
    LAST,
    LEAN_SCALE,
    LEVEL,
    LEVEL_ERROR,
    NEAR,
    NEAR_ERROR,
    OFFSET,
    OPENING,
    RARITY,
    RUN,
    SCALE,
    SEASON,
    STATISTICS,
    SURPRISE,
    UNREST,
    Seasons,
    SeriesState,
)
from triage.watch.tails import age, count_in
from triage.watch.trend import follow_trend, trend_of

__all__ = ["LARGEST", "score_of", "watch_value"]

LARGEST = 1e30  # values beyond it are treated as infinite: distances are kept in 32 bits

_MOST_COUNTED = 2**30  # points: more make no difference
_SEASON_AFTER_HOURS = 3 * 24  # two repetitions of a day are the least that can show one
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
# The limiter: news must exceed 1.5 times the last news' evidence, which halves in 150 points; the rest speaks softly.
_REARM, _HOLD_DECAY, _SOFTLY = 1.5, 0.5 ** (1 / 150), 0.5
_TO_DECADES = -math.log10(math.e)


@compiled
def watch_value(state: SeriesState, seasons: Seasons, row: int, time_ns: int, local_ns: int, value: float) -> bool:
    """Answer and learn from one point; return whether it counted.

    Parameters
    ----------
    state : SeriesState
        Changed in place; the answer is in its columns RARITY and EVIDENCE.
    seasons : Seasons
        Changed in place.
    row : int
        Which series.
    time_ns : int
        Event time, ns since the epoch.
    local_ns : int
        The same on the clocks of those whose habits make the season.
    value : float

    Returns
    -------
    bool
        False, and nothing is changed, for a value that is no number or beyond `LARGEST`, and for a point that is not
        newer than the series' last one. False as well for a counter's reading that gives no rate; that scores 0.
    """
    ages, levels = state.ages[row], state.levels[row]
    is_begun = ages[COUNT] > 0 or ages[KIND] > UNREAD
    if not abs(value) <= LARGEST or (is_begun and time_ns <= state.last_ns[row]):
        return False
    if ages[KIND] != GAUGE:
        value = rate_of(state, row, time_ns, value)
        if not value <= LARGEST:
            state.numbers[row, RARITY] = 1.0
            return False
    state.last_ns[row] = time_ns
    count = ages[COUNT]
    ages[COUNT] = min(count + 1, _MOST_COUNTED)
    if count < OPENING:
        if count == 0:
            ages[FIRST_HOUR] = local_ns // HOUR_NS
            state.numbers[row, RARITY] = 1.0
        levels[count] = value
        if count == OPENING - 1:
            _begin(levels, state.numbers[row])
        return True
    _judge(state, seasons, row, local_ns, value, 1.0 / (count + 1.0))
    levels[BEFORE_LAST] = levels[LAST]
    levels[LAST] = value
    return True


@compiled
def score_of(rarity: float) -> float:
    """Return a point's score from what `watch_value` has put into RARITY: in [0, 1], higher is worse."""
    return 1.0 - rarity if rarity >= 0.0 else _SOFTLY * (1.0 + rarity)


@compiled
def _begin(levels: NDArray[np.float64], numbers: NDArray[np.float32]) -> None:
    """Set level and scales to medians of the opening values, so that a stray one among them does no harm."""
    last, before = levels[OPENING - 1], levels[OPENING - 2]
    level = _median(levels)
    for number in range(OPENING):
        levels[number] = abs(levels[number] - level)
    scale = TO_DEVIATION * _median(levels)
    levels[:] = 0.0
    levels[LEVEL] = levels[FAST] = levels[NEAR] = level
    levels[LAST], levels[BEFORE_LAST] = last, before
    levels[SCALE] = levels[FAST_SCALE] = levels[LEAN_SCALE] = scale
    numbers[NEAR_ERROR] = numbers[COURSE_ERROR] = scale
    levels[JUMP_SCALE] = scale * _JUMP_TO_SCALE


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
def _judge(state: SeriesState, seasons: Seasons, row: int, local_ns: int, value: float, share: float) -> None:
    """Answer by what is known, then learn."""
    levels, numbers = state.levels[row], state.numbers[row]
    least = least_scale(levels[LEVEL])
    season = _season_of(state, seasons, row, local_ns, least)
    moment = moment_of(seasons, season, local_ns) if season >= 0 else NO_MOMENT
    expected = levels[LEVEL]
    if (
        moment.is_known
        and local_ns // HOUR_NS - state.ages[row, FIRST_HOUR] >= _SEASON_AFTER_HOURS
        and numbers[COURSE_ERROR] < _SEASON_GAIN * numbers[LEVEL_ERROR]
    ):
        expected = moment.expected + levels[OFFSET]
    follow_trend(levels, numbers, value, least, moment, share)
    _answer(levels, numbers, state.tails[row], value, expected, least)
    if season >= 0:
        cut = HUBER * max(levels[SCALE], least)
        if moment.is_known:
            error = numbers[LEVEL_ERROR]
            numbers[LEVEL_ERROR] = error + ERROR_RATE * (min(abs(value - levels[LEVEL]), cut) - error)
        offset = levels[OFFSET]
        learn_hours(seasons, season, moment, value - offset, levels[NEAR] - offset, cut)
    _learn_level(levels, numbers, value, expected, least, share)


@compiled
def _season_of(state: SeriesState, seasons: Seasons, row: int, local_ns: int, least: float) -> int:
    """Return the series' row among the seasons, -1 for none; give it one if it has earned it by now."""
    ages = state.ages[row]
    season = ages[SEASON] - 1
    if season < 0 and local_ns // HOUR_NS > ages[FIRST_HOUR] and state.levels[row, SCALE] > least:
        season = earn_season(seasons, state.levels[row, NEAR])
        ages[SEASON] = season + 1
    return int(season)


@compiled
def _answer(
    levels: NDArray[np.float64],
    numbers: NDArray[np.float32],
    tails: NDArray[np.uint16],
    value: float,
    expected: float,
    least: float,
) -> None:
    """Turn five statistics into tail probabilities, their sum into one more, and that into the limited score."""
    off_level = (value - expected) / max(levels[SCALE], least)
    off_fast = abs(value - levels[FAST]) / max(levels[FAST_SCALE], least)
    jump = abs(value - levels[LAST]) / max(levels[JUMP_SCALE], least)
    drift, unrest = numbers[DRIFT], numbers[UNREST]
    drift += _SHORT_RATE * (min(max(off_level, -_CLIP), _CLIP) - drift)
    unrest += _SHORT_RATE * (min(off_fast, _CLIP) - unrest)
    numbers[DRIFT], numbers[UNREST] = drift, unrest
    words = tails.view(np.uint64)
    one = 1.0 / (tails[0, 0] + 1.0)  # of all values, this one included: their number is the same for all statistics
    level_p = one * count_in(tails[0], words[0], abs(off_level))
    fast_p = one * count_in(tails[1], words[1], off_fast)
    jump_p = one * count_in(tails[2], words[2], jump)
    drift_p = one * count_in(tails[3], words[3], abs(drift))
    unrest_p = one * count_in(tails[4], words[4], unrest)
    # Level and drift weigh double: a mean of logarithms with weights 1, 1/2, 1/2, 1, 1/2.
    found = math.log(level_p * drift_p * math.sqrt(fast_p * jump_p * unrest_p)) * (-1 / 3.5)
    surprise = numbers[SURPRISE] + _SMOOTHING * (found - numbers[SURPRISE])
    numbers[SURPRISE] = surprise
    probability = one * count_in(tails[STATISTICS], words[STATISTICS], max(surprise, 0.0))
    age(tails)
    numbers[EVIDENCE] = trend_of(numbers) + _RARE_SHARE * max(surprise - _RARE, 0.0)
    numbers[RUN] = _longer(numbers[RUN], off_level)
    evidence, held = math.log(probability) * _TO_DECADES, numbers[HELD] * _HOLD_DECAY
    is_news = evidence > held
    numbers[HELD] = _REARM * evidence if is_news else held
    numbers[RARITY] = probability if is_news else -probability


@compiled
def _longer(run: float, off_level: float) -> float:
    """Return the signed number of points in a row far off on one side, this one included."""
    if off_level > _FAR:
        return max(run, 0.0) + 1.0
    if off_level < -_FAR:
        return min(run, 0.0) - 1.0
    return 0.0


@compiled
def _learn_level(
    levels: NDArray[np.float64], numbers: NDArray[np.float32], value: float, expected: float, least: float, share: float
) -> None:
    """Move levels and scales towards the value, none of them by more than a few scales."""
    scale, last, fast = levels[SCALE], levels[LAST], levels[FAST]
    cut = HUBER * max(scale, least)
    level = levels[LEVEL] + max(share, _LEVEL_RATE) * min(max(value - levels[LEVEL], -cut), cut)
    levels[SCALE] = moved_scale(scale, least, value - expected, share)
    levels[FAST_SCALE] = moved_scale(levels[FAST_SCALE], least, value - fast, share)
    levels[JUMP_SCALE] = moved_scale(levels[JUMP_SCALE], least, value - last, share)
    # The median of three: a single stray value never reaches the fast level, a step does with its second point.
    middle = max(min(value, last), min(max(value, last), levels[BEFORE_LAST]))
    fast += max(share, _FAST_RATE) * (middle - fast)
    if abs(numbers[RUN]) >= _RUN_TO_SHIFT:
        level += fast - expected
        numbers[RUN] = numbers[DRIFT] = 0.0
    levels[FAST], levels[LEVEL] = fast, level
