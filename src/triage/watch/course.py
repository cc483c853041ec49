"""The course of a series through the day: levels by hour, straight lines between them. Judges nothing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.watch.state import HOURS, OFFSET, SeriesState

__all__ = ["HOUR_NS", "Moment", "learn_hours", "moment_of"]

HOUR_NS = 3_600_000_000_000
_VISIT_RATE = 0.04  # two dozen points, of which an hour has twelve when they come every five minutes
_FEW_VISITS = 3  # points near an hour's middle before its level is believed
_FIRST_CUTS = 4.0  # twenty scales: a day's swing may be as far from what the first hours have shown, a stray is farther
_MOST_VISITS = 100  # more make no difference to the rate


class Moment(NamedTuple):
    """A point's place in the day: the hours whose middles it lies between, and the season there.

    ``later_share`` in [0, 1) is the later hour's part. ``expected`` is the day's course: season and OFFSET;
    ``is_known`` says that both hours have been seen often enough for it to mean something.
    """

    earlier: int
    later: int
    later_share: float
    expected: float
    is_known: bool


@compiled
def moment_of(state: SeriesState, row: int, time_ns: int) -> Moment:
    """Place a point in the day; an hour's level is that of its middle, and between two the course is straight."""
    since_ns = (time_ns - HOUR_NS // 2) % (HOURS * HOUR_NS)
    earlier = since_ns // HOUR_NS
    later = (earlier + 1) % HOURS
    share = (since_ns - earlier * HOUR_NS) / HOUR_NS
    season, visits, offset = state.season[row], state.visits[row], state.numbers[row, OFFSET]
    expected = (1.0 - share) * season[earlier] + share * season[later] + offset
    return Moment(earlier, later, share, expected, visits[earlier] >= _FEW_VISITS and visits[later] >= _FEW_VISITS)


@compiled
def learn_hours(
    visits: NDArray[np.uint8], season: NDArray[np.float64], moment: Moment, value: float, near: float, cut: float
) -> None:
    """Move the levels of the two hours that a value lies between towards it, the nearer one more.

    An hour that is new begins at the value, but within four times ``cut`` of the near level: a stray value must not
    become the hour's.
    """
    earlier, later, share = moment.earlier, moment.later, moment.later_share
    most = _FIRST_CUTS * cut
    first = near + min(max(value - near, -most), most)
    if visits[earlier] == 0:
        season[earlier] = first
    if visits[later] == 0:
        season[later] = first
    off = value - (1.0 - share) * season[earlier] - share * season[later]
    off = min(max(off, -cut), cut)
    visits[earlier], visits[later] = min(visits[earlier] + 1, _MOST_VISITS), min(visits[later] + 1, _MOST_VISITS)
    season[earlier] += max(1.0 / visits[earlier], _VISIT_RATE) * (1.0 - share) * off
    season[later] += max(1.0 / visits[later], _VISIT_RATE) * share * off
