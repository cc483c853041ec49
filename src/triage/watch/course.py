"""The course of a series through the day: levels by hour, straight lines between them. Judges nothing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from triage.compiling import compiled
from triage.watch.lanes import (
    COURSE,
    DAY_OFFSET,
    DEPARTURE,
    EARLIER,
    EARLIER_HOUR,
    IS_WEEKLY,
    LATER,
    LATER_HOUR,
    LATER_SHARE,
    LEAST,
    SEASON_BASE,
    SEASON_ROW,
    VALUE,
    VISITS_EARLIER,
    VISITS_LATER,
    Lanes,
    at,
)
from triage.watch.scales import HUBER
from triage.watch.state import HOURS, NEAR, OFFSET, SCALE, WEEK_HOURS, Seasons

__all__ = [
    "HOUR_NS",
    "MOST_VISITS",
    "Moment",
    "are_known",
    "earn_season",
    "expect",
    "keep",
    "learn_hours",
    "look_up",
    "moment_of",
]

HOUR_NS = 3_600_000_000_000
_VISIT_RATE = 0.04  # two dozen points, of which an hour has twelve when they come every five minutes
_FEW_VISITS = 3  # points near an hour's middle before its level is believed
_FIRST_CUTS = 4.0  # twenty scales: a day's swing may be as far from what the first hours have shown, a stray is farther
MOST_VISITS = 100  # more make no difference to the rate


class Moment(NamedTuple):
    """A time: the hours of the day whose middles it lies between, and the later one's part of it, in [0, 1).

    ``of_week`` is the earlier one's place in the week, and ``hour`` the time's own hour since 1970.
    """

    earlier: int
    later: int
    later_share: float
    of_week: int
    hour: int


@compiled
def earn_season(seasons: Seasons, level: float) -> int:
    """Take the next free row for a series that is at a level so far; return it, or -1 when none is free."""
    taken = seasons.taken[0]
    if taken >= len(seasons.base):
        return -1
    seasons.taken[0] = taken + 1
    seasons.base[taken] = level
    return int(taken)


@compiled
def moment_of(time_ns: int) -> Moment:
    """Place a time in day and week; an hour's level is that of its middle, and between two the course is straight."""
    middles = (time_ns - HOUR_NS // 2) // HOUR_NS
    earlier, since_ns = middles % HOURS, time_ns - HOUR_NS // 2 - middles * HOUR_NS
    later = earlier + 1 if earlier + 1 < HOURS else 0
    return Moment(earlier, later, since_ns * (1.0 / HOUR_NS), middles % WEEK_HOURS, time_ns // HOUR_NS)


@compiled
def are_known(visits_earlier: int, visits_later: int) -> bool:
    """Return whether both hours have been seen often enough for the course between them to mean something."""
    return visits_earlier >= _FEW_VISITS and visits_later >= _FEW_VISITS


@compiled
def look_up(seasons: Seasons, row: int, moment: Moment, lanes: Lanes, lane: int) -> None:
    """Put what a season says of a moment into a lane; of a row below 0, that nothing is known."""
    lanes.place[at(SEASON_ROW, lane)] = row
    lanes.whole[at(VISITS_EARLIER, lane)] = lanes.whole[at(VISITS_LATER, lane)] = 0
    if row >= 0:
        earlier, later = moment.earlier, moment.later
        lanes.place[at(EARLIER, lane)], lanes.place[at(LATER, lane)] = earlier, later
        lanes.wide[at(LATER_SHARE, lane)] = moment.later_share
        lanes.wide[at(SEASON_BASE, lane)] = seasons.base[row]
        lanes.narrow[at(EARLIER_HOUR, lane)] = seasons.hours[row, earlier]
        lanes.narrow[at(LATER_HOUR, lane)] = seasons.hours[row, later]
        lanes.whole[at(VISITS_EARLIER, lane)] = seasons.visits[row, earlier]
        lanes.whole[at(VISITS_LATER, lane)] = seasons.visits[row, later]


@compiled
def expect(lanes: Lanes, n: int) -> None:
    """Set the course's value at the moments of the first ``n`` lanes."""
    wide, narrow = lanes.wide, lanes.narrow
    for lane in range(n):
        share = wide[at(LATER_SHARE, lane)]
        earlier, later = narrow[at(EARLIER_HOUR, lane)], narrow[at(LATER_HOUR, lane)]
        day = wide[at(SEASON_BASE, lane)] + (1.0 - share) * earlier + share * later
        wide[at(COURSE, lane)] = day + wide[at(DEPARTURE, lane)]


@compiled
def learn_hours(lanes: Lanes, n: int) -> None:
    """Move the levels of the two hours that a value lies between towards it, the nearer one more.

    An hour that is new begins at the value, but within four times the most that a value may teach of the near level: a
    stray value must not become the hour's.
    """
    wide, narrow, whole = lanes.wide, lanes.narrow, lanes.whole
    for lane in range(n):
        base, share = wide[at(SEASON_BASE, lane)], wide[at(LATER_SHARE, lane)]
        offset = wide[at(DAY_OFFSET, lane)] if whole[at(IS_WEEKLY, lane)] > 0 else wide[at(OFFSET, lane)]
        visits_earlier, visits_later = whole[at(VISITS_EARLIER, lane)], whole[at(VISITS_LATER, lane)]
        cut = HUBER * max(wide[at(SCALE, lane)], wide[at(LEAST, lane)])
        value, near = wide[at(VALUE, lane)] - offset, wide[at(NEAR, lane)] - offset
        most = _FIRST_CUTS * cut
        first = np.float32(near + min(max(value - near, -most), most) - base)
        earlier = first if visits_earlier == 0 else narrow[at(EARLIER_HOUR, lane)]
        later = first if visits_later == 0 else narrow[at(LATER_HOUR, lane)]
        off = value - base - (1.0 - share) * earlier - share * later
        off = min(max(off, -cut), cut)
        narrow[at(EARLIER_HOUR, lane)] = earlier + _rate_of(visits_earlier) * (1.0 - share) * off
        narrow[at(LATER_HOUR, lane)] = later + _rate_of(visits_later) * share * off
        whole[at(VISITS_EARLIER, lane)] = min(visits_earlier + 1, MOST_VISITS)
        whole[at(VISITS_LATER, lane)] = min(visits_later + 1, MOST_VISITS)


@compiled
def keep(seasons: Seasons, lanes: Lanes, lane: int) -> None:
    """Put what a lane's hours have learnt back into its season, if it has one."""
    row = lanes.place[at(SEASON_ROW, lane)]
    if row >= 0:
        earlier, later = lanes.place[at(EARLIER, lane)], lanes.place[at(LATER, lane)]
        seasons.hours[row, earlier] = lanes.narrow[at(EARLIER_HOUR, lane)]
        seasons.hours[row, later] = lanes.narrow[at(LATER_HOUR, lane)]
        seasons.visits[row, earlier] = lanes.whole[at(VISITS_EARLIER, lane)]
        seasons.visits[row, later] = lanes.whole[at(VISITS_LATER, lane)]


@compiled
def _rate_of(visits: int) -> float:
    return max(1.0 / (visits + 1.0), _VISIT_RATE)
