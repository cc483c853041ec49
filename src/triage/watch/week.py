"""The course of a series through the week: by how much each hour departs from the day's course. Judges nothing.

The day's course learns on as if there were no week. What it gets wrong at an hour of the week, again and again, is that
hour's departure; it is expected while that leaves clearly less error than the day alone.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.watch.course import Moment, are_known
from triage.watch.lanes import (
    DAY_OFFSET,
    DEPARTURE,
    EARLIER_HOUR,
    IS_WEEKLY,
    LATER_HOUR,
    SEASON_BASE,
    SEASON_ROW,
    VALUE,
    VISITS_EARLIER,
    VISITS_LATER,
    Lanes,
    at,
)
from triage.watch.scales import HUBER, OFFSET_RATE, least_scale
from triage.watch.state import (
    COUNT,
    COURSE_ERROR,
    DAY_ERROR,
    FIRST_HOUR,
    LEAN_SCALE,
    LEVEL,
    LEVEL_ERROR,
    NEAR_ERROR,
    OFFSET,
    OTHER_OFFSET,
    SCALE,
    SLOW_OFFSET,
    STEP,
    WEEK_ERROR,
    WEEK_HOURS,
    Seasons,
    SeriesState,
    Weeks,
)

__all__ = ["departure_of", "follow_week", "put_departure"]

_EARNED_AFTER_HOURS = WEEK_HOURS  # the first week shows the day's course, the next ones what departs from it
_USED_AFTER_HOURS = 3 * WEEK_HOURS  # by then every hour of the week has been seen twice since
# Of a level's error, that of what has a course, or at least an ebb and flow: noise earns no week.
_COURSE_SHARE, _NEAR_SHARE = 0.9, 0.7
_GAIN = 0.9  # the week is used while it leaves less than this share of the day's error
_VISIT_SHARE, _MOST_RATE = 0.5, 0.5  # of what is wrong with an hour that a visit teaches, however many points it has
_MOST_CUTS = 4.0  # weekends may be far off, and must be learnt in few visits
_FIRST_STEP = 1 / 64  # of the usual distance: with 12 bits departures reach 32 of these either way before steps grow
_LEAST_STEP = 1e-30
_NIBBLE, _LOWER, _BYTE_BITS, _BYTE, _MOST, _WRAP = 4, 15, 8, 255, 2**11 - 1, 2**12
_GOLDEN, _MOST_PLACE = 0.6180339887498949, 1e15


@compiled
def follow_week(
    state: SeriesState, seasons: Seasons, weeks: Weeks, moment: Moment, lanes: Lanes, held: tuple[int, int]
) -> None:
    """Put a series' departure at a moment into its lane, and learn its value; give it a week if it has earned one.

    Parameters
    ----------
    state : SeriesState
    seasons, weeks : Seasons, Weeks
        Changed in place.
    moment : Moment
    lanes : Lanes
        Changed in place.
    held : tuple of int
        The lane, which holds the series before its value, and the series' row.
    """
    lane, row = held
    season = lanes.place[at(SEASON_ROW, lane)]
    lanes.wide[at(DEPARTURE, lane)], lanes.whole[at(IS_WEEKLY, lane)] = 0.0, 0
    passed = moment.hour - state.ages[row, FIRST_HOUR]
    if season < 0 or passed < _EARNED_AFTER_HOURS:
        return
    if seasons.week[season] == 0:
        seasons.week[season] = _earn(weeks, state.levels[row], state.numbers[row])
    week = abs(seasons.week[season]) - 1
    if week < 0 or not are_known(lanes.whole[at(VISITS_EARLIER, lane)], lanes.whole[at(VISITS_LATER, lane)]):
        return
    numbers = weeks.numbers[week]
    is_better = numbers[WEEK_ERROR] < _GAIN * numbers[DAY_ERROR]
    is_used = is_better and passed >= _USED_AFTER_HOURS
    if is_used != (seasons.week[season] < 0):
        seasons.week[season] = -seasons.week[season]
        other = float(numbers[OTHER_OFFSET])
        numbers[OTHER_OFFSET], lanes.wide[at(OFFSET, lane)] = lanes.wide[at(OFFSET, lane)], other
    departure = _between(weeks, week, moment)
    _learn(weeks, week, moment, lanes, (lane, is_used, departure), state.ages[row, COUNT] / (passed + 1.0))
    if is_used:
        lanes.whole[at(IS_WEEKLY, lane)] = 1
        lanes.wide[at(DEPARTURE, lane)], lanes.wide[at(DAY_OFFSET, lane)] = departure, numbers[OTHER_OFFSET]


@compiled
def departure_of(cells: NDArray[np.uint8], hour: int) -> int:
    """Return an hour's departure, in steps.

    Parameters
    ----------
    cells : ndarray of uint8, shape (WEEK_BYTES,)
        Two hours to three bytes.
    hour : int
        Of the week.
    """
    first = 3 * (hour >> 1)
    low, middle, high = np.int64(cells[first]), np.int64(cells[first + 1]), np.int64(cells[first + 2])
    found = int((middle >> _NIBBLE) | (high << _NIBBLE) if hour & 1 else low | ((middle & _LOWER) << _BYTE_BITS))
    return found - _WRAP if found > _MOST else found


@compiled
def put_departure(cells: NDArray[np.uint8], hour: int, steps: int) -> None:
    """Set an hour's departure, from -2047 to 2047 steps; see `departure_of`."""
    first, bits = 3 * (hour >> 1), steps & (_WRAP - 1)
    middle = np.int64(cells[first + 1])
    if hour & 1:
        cells[first + 1] = (middle & _LOWER) | ((bits & _LOWER) << _NIBBLE)
        cells[first + 2] = bits >> _NIBBLE
    else:
        cells[first] = bits & _BYTE
        cells[first + 1] = (middle & (_LOWER << _NIBBLE)) | (bits >> _BYTE_BITS)


@compiled
def _earn(weeks: Weeks, levels: NDArray[np.float64], numbers: NDArray[np.float32]) -> int:
    """Take the next free row for a series that ebbs and flows; return one more than it, or 0 for none."""
    taken, level_error = weeks.taken[0], numbers[LEVEL_ERROR]
    has_course = numbers[COURSE_ERROR] < _COURSE_SHARE * level_error
    if taken >= len(weeks.cells) or not (has_course or numbers[NEAR_ERROR] < _NEAR_SHARE * level_error):
        return 0
    weeks.taken[0] = taken + 1
    found = weeks.numbers[taken]
    found[STEP] = max(_FIRST_STEP * levels[SCALE], _LEAST_STEP)
    found[DAY_ERROR] = found[WEEK_ERROR] = numbers[COURSE_ERROR]
    found[OTHER_OFFSET] = found[SLOW_OFFSET] = levels[OFFSET]
    return int(taken + 1)


@compiled
def _between(weeks: Weeks, week: int, moment: Moment) -> float:
    earlier, later = departure_of(weeks.cells[week], moment.of_week), departure_of(weeks.cells[week], _next(moment))
    return float(((1.0 - moment.later_share) * earlier + moment.later_share * later) * weeks.numbers[week, STEP])


@compiled
def _next(moment: Moment) -> int:
    return moment.of_week + 1 if moment.of_week + 1 < WEEK_HOURS else 0


@compiled
def _learn(
    weeks: Weeks, week: int, moment: Moment, lanes: Lanes, held: tuple[int, bool, float], an_hour: float
) -> None:
    """Learn from a lane's value what departs from the day's course, and how well day and week have told it.

    Notes
    -----
    Each course is judged beside an offset of its own that follows the series within hours. Departures are learnt
    beside one that follows within weeks: the other would have taken a weekend for its own before it is over.
    """
    (lane, is_used, departure), share = held, moment.later_share
    numbers, wide, narrow = weeks.numbers[week], lanes.wide, lanes.narrow
    cut = HUBER * max(wide[at(LEAN_SCALE, lane)], least_scale(wide[at(LEVEL, lane)]))
    off = wide[at(VALUE, lane)] - wide[at(SEASON_BASE, lane)]
    off -= (1.0 - share) * narrow[at(EARLIER_HOUR, lane)] + share * narrow[at(LATER_HOUR, lane)]
    used, other, slow = wide[at(OFFSET, lane)], float(numbers[OTHER_OFFSET]), float(numbers[SLOW_OFFSET])
    off_day = off - (other if is_used else used)
    off_week = off - departure - (used if is_used else other)
    off_slow = off - departure - slow
    rate = min(1.0 / (WEEK_HOURS * an_hour), _MOST_RATE)
    numbers[DAY_ERROR] += rate * (min(abs(off_day), cut) - numbers[DAY_ERROR])
    numbers[WEEK_ERROR] += rate * (min(abs(off_week), cut) - numbers[WEEK_ERROR])
    numbers[OTHER_OFFSET] = other + OFFSET_RATE * min(max(off_day if is_used else off_week, -cut), cut)
    numbers[SLOW_OFFSET] = slow + rate * min(max(off_slow, -cut), cut)
    taught = min(_VISIT_SHARE / an_hour, _MOST_RATE) * min(max(off_slow, -_MOST_CUTS * cut), _MOST_CUTS * cut)
    # What is less than a step is not lost: it is rounded up as often as its share of one, by the value's own digits.
    place = abs(wide[at(VALUE, lane)]) / numbers[STEP] * _GOLDEN
    rounding = place - math.floor(place) if place < _MOST_PLACE else 0.5
    _add(weeks, week, moment.of_week, (1.0 - share) * taught, rounding)
    _add(weeks, week, _next(moment), share * taught, 1.0 - rounding)


@compiled
def _add(weeks: Weeks, week: int, hour: int, amount: float, rounding: float) -> None:
    """Add to an hour's departure; once it would reach too far, steps are worth twice as much."""
    cells, numbers = weeks.cells[week], weeks.numbers[week]
    while abs(departure_of(cells, hour) + amount / numbers[STEP]) >= _MOST:
        numbers[STEP] *= 2.0
        for each in range(WEEK_HOURS):
            put_departure(cells, each, departure_of(cells, each) // 2)
    put_departure(cells, hour, math.floor(departure_of(cells, hour) + amount / numbers[STEP] + rounding))
