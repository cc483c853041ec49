"""Points of single series: which of them count, and how those are brought before `judgement`. Knows no entities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled, prefetch, unsigned
from triage.watch.counters import GAUGE, UNREAD, rate_of
from triage.watch.course import earn_season, keep, look_up, moment_of
from triage.watch.judgement import judge
from triage.watch.lanes import (
    BEGUN,
    EVIDENCE_BEFORE,
    IS_COUNTED,
    IS_OLD,
    LANES,
    ROW,
    SURPRISE_BEFORE,
    TAKEN,
    TAKEN_SLOTS,
    VALUE,
    Lanes,
    at,
)
from triage.watch.points import Arrivals
from triage.watch.scales import TO_DEVIATION, least_scale
from triage.watch.state import (
    BEFORE_LAST,
    COUNT,
    COURSE_ERROR,
    EVIDENCE,
    FAST,
    FAST_SCALE,
    FIRST_HOUR,
    JUMP_SCALE,
    KIND,
    LAST,
    LEAN_SCALE,
    LEVEL,
    NEAR,
    NEAR_ERROR,
    OPENING,
    RARITY,
    SCALE,
    SEASON,
    SERIES_LEVELS,
    SERIES_NUMBERS,
    SURPRISE,
    Seasons,
    SeriesState,
    Weeks,
)
from triage.watch.tails import age
from triage.watch.week import follow_week

__all__ = ["LARGEST", "score_of", "watch_values"]

LARGEST = 1e30  # values beyond it are treated as infinite: distances are kept in 32 bits

_MOST_COUNTED = 2**30  # points: more make no difference
_SEASON_AFTER_HOURS = 3 * 24  # two repetitions of a day are the least that can show one
_JUMP_TO_SCALE = 2**0.5  # of independent values: the jump is the difference of two
_SOFTLY = 0.5  # of the score, while the last news' evidence has not been forgotten


@compiled
def watch_values(state: SeriesState, seasons: Seasons, weeks: Weeks, points: Arrivals, begin: int, lanes: Lanes) -> int:
    """Answer and learn from points from one on, as long as they are of different series; return where they end.

    Parameters
    ----------
    state : SeriesState
        Changed in place; the answers are in its columns RARITY and EVIDENCE.
    seasons, weeks : Seasons, Weeks
        Changed in place.
    points : Arrivals
    begin : int
        The first of them to be looked at.
    lanes : Lanes
        For work. Of each of the points it says afterwards, in ``before``, whether it counted, and its series'
        evidence and surprise before it.

    Returns
    -------
    int
        Above ``begin``, and no more than the number of points.

    Notes
    -----
    Series know nothing of one another, so that it makes no difference how many of them are judged side by side.

    A value that is no number or beyond `LARGEST`, and a point that is not newer than the series' last one, does not
    count and changes nothing. A counter's reading that gives no rate does not count either, and scores 0.
    """
    taken = lanes.taken
    taken[TAKEN] += 1
    block, end = taken[TAKEN], min(begin + LANES, len(points.series))
    held, before_ns, moment = 0, 0, moment_of(0)
    for point in range(begin, end):
        row, slot = unsigned(points.series[point]), 1 + (points.series[point] & (TAKEN_SLOTS - 1))
        if taken[slot] == block:
            end = point
            break
        taken[slot] = block
        if point + LANES < len(points.series):
            _call_up(state, unsigned(points.series[point + LANES]))
        place, local_ns = point - begin, points.local_ns[point]
        if point == begin or local_ns != before_ns:
            before_ns, moment = local_ns, moment_of(local_ns)
        lanes.before[at(EVIDENCE_BEFORE, place)] = state.numbers[row, EVIDENCE]
        lanes.before[at(SURPRISE_BEFORE, place)] = state.numbers[row, SURPRISE]
        is_counted, value = _take(state, row, points.time_ns[point], moment.hour, points.value[point])
        lanes.before[at(IS_COUNTED, place)] = is_counted
        if is_counted and state.ages[row, COUNT] > OPENING:
            look_up(seasons, _season_of(state, seasons, row, moment.hour), moment, lanes, held)
            _lay_out(state, row, moment.hour, value, lanes, held)
            follow_week(state, seasons, weeks, moment, lanes, (held, row))
            held += 1
    judge(lanes, state.tails, held)
    for lane in range(held):
        _put_back(state, lanes, lane)
        keep(seasons, lanes, lane)
    return end


@compiled
def _call_up(state: SeriesState, row: int) -> None:
    """Have memory deliver what is known of a series that will soon be looked at."""
    prefetch(state.ages[row])
    prefetch(state.last_ns[row:])
    prefetch(state.levels[row])
    prefetch(state.levels[row, 8:])
    prefetch(state.numbers[row])
    prefetch(state.tails[row, 0])
    prefetch(state.tails[row, 2])
    prefetch(state.tails[row, 4])


@compiled
def score_of(rarity: float) -> float:
    """Return a point's score from what `watch_values` has put into RARITY: in [0, 1], higher is worse."""
    return 1.0 - rarity if rarity >= 0.0 else _SOFTLY * (1.0 + rarity)


@compiled
def _take(state: SeriesState, row: int, time_ns: int, hour: int, value: float) -> tuple[bool, float]:
    """Count a point, if it counts; return whether it does, and its value, which of a counter is its rate."""
    ages = state.ages[row]
    is_begun = ages[COUNT] > 0 or ages[KIND] > UNREAD
    if not abs(value) <= LARGEST or (is_begun and time_ns <= state.last_ns[row]):
        return False, value
    if ages[KIND] != GAUGE:
        value = rate_of(state, row, time_ns, value)
        if not value <= LARGEST:
            state.numbers[row, RARITY] = 1.0
            return False, value
    state.last_ns[row] = time_ns
    count = ages[COUNT]
    ages[COUNT] = min(count + 1, _MOST_COUNTED)
    if count < OPENING:
        if count == 0:
            ages[FIRST_HOUR] = hour
            state.numbers[row, RARITY] = 1.0
        state.levels[row, count] = value
        if count == OPENING - 1:
            _begin(state.levels[row], state.numbers[row])
    return True, value


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
def _season_of(state: SeriesState, seasons: Seasons, row: int, hour: int) -> int:
    """Return the series' row among the seasons, -1 for none; give it one if it has earned it by now."""
    ages = state.ages[row]
    season = ages[SEASON] - 1
    if season < 0 and hour > ages[FIRST_HOUR] and state.levels[row, SCALE] > least_scale(state.levels[row, LEVEL]):
        season = earn_season(seasons, state.levels[row, NEAR])
        ages[SEASON] = season + 1
    return int(season)


@compiled
def _lay_out(state: SeriesState, row: int, hour: int, value: float, lanes: Lanes, lane: int) -> None:
    """Put what is known of a series into a lane, before the value."""
    levels, numbers, ages = state.levels[row], state.numbers[row], state.ages[row]
    for column in range(SERIES_LEVELS):
        lanes.wide[at(column, lane)] = levels[column]
    for column in range(SERIES_NUMBERS):
        lanes.narrow[at(column, lane)] = numbers[column]
    lanes.wide[at(VALUE, lane)] = value
    lanes.whole[at(BEGUN, lane)] = ages[COUNT] - 1
    lanes.whole[at(IS_OLD, lane)] = hour - ages[FIRST_HOUR] >= _SEASON_AFTER_HOURS
    lanes.place[at(ROW, lane)] = row


@compiled
def _put_back(state: SeriesState, lanes: Lanes, lane: int) -> None:
    row = unsigned(lanes.place[at(ROW, lane)])
    levels, numbers = state.levels[row], state.numbers[row]
    for column in range(SERIES_LEVELS):
        levels[column] = lanes.wide[at(column, lane)]
    for column in range(SERIES_NUMBERS):
        numbers[column] = lanes.narrow[at(column, lane)]
    age(state.tails[row])
