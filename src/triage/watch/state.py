"""What is remembered of every series and entity: rows of plain arrays, a column a quantity. Computes nothing.

The kernel gets these tuples of arrays whole; a series costs 624 bytes, links to its entity included, and 24 of its
entity's joint state (``joint``).
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["EntityState", "Links", "SeriesState", "empty_entities", "empty_links", "empty_series", "grown"]

# Columns of SeriesState.numbers.
LEVEL = 0  # slow level without season
FAST = 1  # level of the last dozen points
SCALE = 2  # usual distance from the expected value
FAST_SCALE = 3  # usual distance from FAST
JUMP_SCALE = 4  # usual distance from the point before
DRIFT = 5  # mean of the last dozen standardised residuals
UNREST = 6  # mean size of the last dozen standardised distances from FAST
SURPRISE = 7  # smoothed evidence of all statistics
LAST = 8  # the last value
BEFORE_LAST = 9  # the one before it
LEVEL_ERROR = 10  # usual error of LEVEL
COURSE_ERROR = 11  # usual error of the day's course, which is the season and OFFSET
RUN = 12  # points in a row far off on one side, signed
HELD = 13  # evidence that a new alert must exceed
SCORE = 14  # the answer to the last point
EVIDENCE = 15  # what the entity gets: the size of TREND, and what is rare of the surprise
NEAR = 16  # level of the last three dozen points
NEAR_ERROR = 17  # its usual error
OFFSET = 18  # how far the series has been from its season lately
LEAN_SCALE = 19  # usual distance from what NEAR and the day's course expect together
LEAN = 20  # the last such distance, in scales
TREND = 21  # how far LEAN has moved step by step, leaps counting little
SERIES_NUMBERS = 22

# Columns of SeriesState.clock.
LAST_NS = 0
FIRST_NS = 1
COUNT = 2
SERIES_CLOCK = 3

# Columns of EntityState.numbers.
SQUARES = 0  # sum over the series of their squared evidence
USUAL = 1  # slow mean of its root
NOW = 2  # the root at the present step
ENTITY_EVIDENCE = 3  # what a warning rests on: TREND_EVIDENCE and JOINT_EVIDENCE together
THRESHOLD = 4  # evidence that opens a warning
PEAK = 5  # the highest evidence of the open warning
ENTITY_SCORE = 6  # one less the tail probability
SPREAD = 7  # usual distance of the root from USUAL
SURPRISES = 8  # sum over the series of what is rare of their surprise, squared
JOINT_USUAL = 9  # slow mean of the joint state's log distance
JOINT_SPREAD = 10  # its usual distance from that
ODD_USUAL = 11  # slow mean of the logarithm of SURPRISES
ODD_SPREAD = 12  # its usual distance from that
STANDING = 13  # both together, in spreads beyond the usual
STANDING_USUAL = 14  # mean of STANDING over the last days
STANDING_SPREAD = 15  # its usual distance from that
TREND_EVIDENCE = 16  # decades of tail probability of the series' trends together
JOINT_EVIDENCE = 17  # of STANDING
ENTITY_NUMBERS = 18

# Columns of EntityState.clock.
NOW_NS = 0  # event time: the latest of the entity's points
STEPS = 1  # how many steps of time there were, the present one included
OPEN = 2  # 1 while a warning is open
OPENED_NS = 3
IS_QUIET = 4  # 1 while the evidence of an open warning is low
QUIET_NS = 5  # since when
RAISED = 6  # alerts so far
DEBT_NS = 7  # how long the budget still takes for the alerts there were
ENTITY_CLOCK = 8

HOURS = 24
STATISTICS = 5  # level, fast level, jump, drift, unrest; the last row of tails is that of their sum
BINS = 16
OPENING = 8  # points that a series' first level and scale are the medians of


class SeriesState(NamedTuple):
    """Of every series: what the columns above name, the season by hour and its visits, and the tails.

    Shapes (n, 22), (n, 3), (n, 24), (n, 24) and (n, 6, 16). The season holds the first values until they set the level.
    """

    numbers: NDArray[np.float64]
    clock: NDArray[np.int64]
    season: NDArray[np.float64]
    visits: NDArray[np.uint8]
    tails: NDArray[np.uint16]


class EntityState(NamedTuple):
    """Of every entity: what the columns above name; shapes (m, 18) and (m, 8)."""

    numbers: NDArray[np.float64]
    clock: NDArray[np.int64]


class Links(NamedTuple):
    """Which series are whose: int64 each; ``first`` by entity and ``following`` by series are chains that end in -1."""

    entity: NDArray[np.int64]
    following: NDArray[np.int64]
    first: NDArray[np.int64]


def empty_series(n: int) -> SeriesState:
    """Return the state of ``n`` series that have no points yet."""
    return SeriesState(
        numbers=np.zeros((n, SERIES_NUMBERS)),
        clock=np.zeros((n, SERIES_CLOCK), dtype=np.int64),
        season=np.zeros((n, HOURS)),
        visits=np.zeros((n, HOURS), dtype=np.uint8),
        tails=np.zeros((n, STATISTICS + 1, BINS), dtype=np.uint16),
    )


def empty_entities(m: int, threshold: float) -> EntityState:
    """Return the state of ``m`` entities that have no points yet, each to be warned about first from ``threshold``."""
    numbers = np.zeros((m, ENTITY_NUMBERS))
    numbers[:, THRESHOLD] = threshold
    return EntityState(numbers=numbers, clock=np.zeros((m, ENTITY_CLOCK), dtype=np.int64))


def empty_links(n: int, m: int) -> Links:
    """Return the links of ``n`` series and ``m`` entities that nothing ties yet."""
    return Links(np.zeros(n, dtype=np.int64), np.full(n, -1, dtype=np.int64), np.full(m, -1, dtype=np.int64))


_State = TypeVar("_State", SeriesState, EntityState)


def grown(state: _State, more: _State) -> _State:
    """Return ``state`` with the rows of ``more`` behind its own."""
    pairs: Any = zip(state, more, strict=True)
    return type(state)(*(np.concatenate(pair) for pair in pairs))
