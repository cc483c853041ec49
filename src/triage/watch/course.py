"""The course of a series through the day: levels by hour, straight lines between them. Judges nothing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from triage.compiling import compiled
from triage.watch.state import HOURS, Seasons

__all__ = ["HOUR_NS", "MOST_VISITS", "NO_MOMENT", "Moment", "earn_season", "learn_hours", "moment_of"]

HOUR_NS = 3_600_000_000_000
_VISIT_RATE = 0.04  # two dozen points, of which an hour has twelve when they come every five minutes
_FEW_VISITS = 3  # points near an hour's middle before its level is believed
_FIRST_CUTS = 4.0  # twenty scales: a day's swing may be as far from what the first hours have shown, a stray is farther
MOST_VISITS = 100  # more make no difference to the rate
_RATES = np.maximum(1.0 / np.maximum(np.arange(MOST_VISITS + 1), 1), _VISIT_RATE)


class Moment(NamedTuple):
    """A point's place in the day: the hours whose middles it lies between, and the season there.

    ``later_share`` in [0, 1) is the later hour's part. ``expected`` is the season; ``is_known`` says that both hours
    have been seen often enough for it to mean something.
    """

    earlier: int
    later: int
    later_share: float
    expected: float
    is_known: bool


NO_MOMENT = Moment(0, 0, 0.0, 0.0, False)  # of a series without a season


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
def moment_of(seasons: Seasons, row: int, time_ns: int) -> Moment:
    """Place a point in the day; an hour's level is that of its middle, and between two the course is straight."""
    since_ns = (time_ns - HOUR_NS // 2) % (HOURS * HOUR_NS)
    earlier = since_ns // HOUR_NS
    later = earlier + 1 if earlier + 1 < HOURS else 0
    share = (since_ns - earlier * HOUR_NS) * (1.0 / HOUR_NS)
    hours, visits = seasons.hours[row], seasons.visits[row]
    expected = seasons.base[row] + (1.0 - share) * hours[earlier] + share * hours[later]
    return Moment(earlier, later, share, expected, visits[earlier] >= _FEW_VISITS and visits[later] >= _FEW_VISITS)


@compiled
def learn_hours(seasons: Seasons, row: int, moment: Moment, value: float, near: float, cut: float) -> None:
    """Move the levels of the two hours that a value lies between towards it, the nearer one more.

    An hour that is new begins at the value, but within four times ``cut`` of the near level: a stray value must not
    become the hour's.
    """
    earlier, later, share = moment.earlier, moment.later, moment.later_share
    hours, visits, base = seasons.hours[row], seasons.visits[row], seasons.base[row]
    if visits[earlier] == 0 or visits[later] == 0:
        most = _FIRST_CUTS * cut
        first = near + min(max(value - near, -most), most) - base
        if visits[earlier] == 0:
            hours[earlier] = first
        if visits[later] == 0:
            hours[later] = first
    off = value - base - (1.0 - share) * hours[earlier] - share * hours[later]
    off = min(max(off, -cut), cut)
    visits[earlier], visits[later] = min(visits[earlier] + 1, MOST_VISITS), min(visits[later] + 1, MOST_VISITS)
    hours[earlier] += _RATES[visits[earlier]] * (1.0 - share) * off
    hours[later] += _RATES[visits[later]] * share * off
