"""Where a few points of different series lie side by side while they are judged, for vector code. Computes nothing.

Columns of a series' state are rows here, so that the processor does the same arithmetic for eight points at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled, unsigned
from triage.watch.novelty_layout import BOXES
from triage.watch.state import SERIES_LEVELS, SERIES_NUMBERS, STATISTICS

__all__ = [
    "ABOVE",
    "BEGUN",
    "COURSE",
    "DAY_OFFSET",
    "DEPARTURE",
    "EARLIER",
    "EARLIER_HOUR",
    "EVIDENCE_BEFORE",
    "EXPECTED",
    "FADE",
    "FIT",
    "HERE",
    "IS_COUNTED",
    "IS_OLD",
    "IS_WEEKLY",
    "LANES",
    "LATER",
    "LATER_HOUR",
    "LATER_SHARE",
    "LEAST",
    "LIKENESS",
    "OWN",
    "PART",
    "REMEMBERED",
    "ROW",
    "SEASON_BASE",
    "SEASON_ROW",
    "SHARE",
    "SIDE",
    "STATISTIC",
    "SURPRISE_BEFORE",
    "TAKEN",
    "TAKEN_SLOTS",
    "VALUE",
    "VISITS_EARLIER",
    "VISITS_LATER",
    "Lanes",
    "at",
    "empty_lanes",
    "whole_vectors",
]

LANES = 32  # points side by side: their rows fill half of a first-level cache
_VECTOR, _FEW = 8, 4  # numbers of 64 bits in the largest register

_SUMS = STATISTICS + 1
# Rows of Lanes.wide: first a series' levels as they are, then
VALUE = SERIES_LEVELS
SHARE = VALUE + 1  # of the value among all so far
LEAST = VALUE + 2  # what the series' scales are at least
EXPECTED = VALUE + 3
SEASON_BASE, LATER_SHARE, COURSE = VALUE + 4, VALUE + 5, VALUE + 6  # of the season at this moment, see ``course``
# Of the week, see ``week``: the departure from the day's course, and how far the series has been from that lately.
DEPARTURE, DAY_OFFSET = VALUE + 7, VALUE + 8
STATISTIC = VALUE + 9  # five, and their sum
PART = STATISTIC + _SUMS  # where in its bin each lies
FADE = PART + _SUMS  # by how much each is rarer than all that is remembered
_WIDE = FADE + _SUMS
# Rows of Lanes.narrow: first a series' numbers as they are, then the levels of two hours.
EARLIER_HOUR, LATER_HOUR = SERIES_NUMBERS, SERIES_NUMBERS + 1
_NARROW = SERIES_NUMBERS + 2
# Rows of Lanes.whole: points before, values remembered by the tails, whether the season may be used, the points that
# taught two hours, whether the week is used, and by statistic its bin, and how many remembered values lie there or
# above, and above.
BEGUN, REMEMBERED, IS_OLD, VISITS_EARLIER, VISITS_LATER, IS_WEEKLY = 0, 1, 2, 3, 4, 5
OWN = 6
HERE, ABOVE = OWN + _SUMS, OWN + 2 * _SUMS
_WHOLE = OWN + 3 * _SUMS
# Rows of Lanes.place: the series, its season's row (-1 for none), and the hours that the moment lies between.
ROW, SEASON_ROW, EARLIER, LATER = 0, 1, 2, 3
_PLACES = 4
# Rows of Lanes.before, by point: whether it counted, and the series' evidence and surprise before it.
IS_COUNTED, EVIDENCE_BEFORE, SURPRISE_BEFORE = 0, 1, 2
_BEFORE = 3
# Rows of Lanes.boxes, of one window: how it fits each box, how like each it is; and its own sides.
FIT, LIKENESS, SIDE = 0, 1, 2
_BOX_ROWS = 3
TAKEN_SLOTS = 1024  # a power of two; series that share one are not judged side by side
TAKEN = 0  # of Lanes.taken: the number of the block that is being filled, then by slot that of the last one to take it


class Lanes(NamedTuple):
    """Room for `LANES` points; every array is flat, a row after the other. Nothing in it outlives a block of points.

    But ``boxes``, of shape (3, `BOXES`): room for one point's window.
    """

    wide: NDArray[np.float64]
    narrow: NDArray[np.float32]
    whole: NDArray[np.int32]
    place: NDArray[np.int64]
    before: NDArray[np.float32]
    taken: NDArray[np.int64]
    boxes: NDArray[np.float32]


def empty_lanes() -> Lanes:
    """Return room that nothing was done in yet."""
    return Lanes(
        wide=np.zeros(_WIDE * LANES),
        narrow=np.zeros(_NARROW * LANES, dtype=np.float32),
        whole=np.zeros(_WHOLE * LANES, dtype=np.int32),
        place=np.zeros(_PLACES * LANES, dtype=np.int64),
        before=np.zeros(_BEFORE * LANES, dtype=np.float32),
        taken=np.zeros(1 + TAKEN_SLOTS, dtype=np.int64),
        boxes=np.zeros((_BOX_ROWS, BOXES), dtype=np.float32),
    )


@compiled
def at(row: int, lane: int) -> int:
    """Return where a row's lane lies. Constant rows of a constant length are what lets the compiler use vectors."""
    return unsigned(row * LANES + lane)


@compiled
def whole_vectors(lanes: int) -> int:
    """Return how many lanes are computed for so many: what lies beyond is of no account, but no loop has a rest.

    Notes
    -----
    A few are computed one by one: a vector takes as long as four of them.
    """
    return lanes if lanes < _FEW else (lanes + _VECTOR - 1) // _VECTOR * _VECTOR
