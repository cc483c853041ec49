"""What is remembered of every series and entity: rows of plain arrays, a column a quantity. Computes nothing.

The kernel gets these tuples of arrays whole. A series costs 360 bytes, links to its entity included, 12 of its liveness
(``liveness``), and 24 of its entity's joint state (``joint``). A season costs 132; a series earns one by an hour of
points that are not all alike. A week costs 272; one is earned by a week of ebb and flow.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from triage.watch.rows import Rows

__all__ = [
    "ENTITY_ROWS",
    "SEASON_ROWS",
    "SERIES_ROWS",
    "WEEK_ROWS",
    "EntityState",
    "Links",
    "Seasons",
    "SeriesState",
    "Weeks",
    "empty_entities",
    "empty_links",
    "empty_seasons",
    "empty_series",
    "empty_weeks",
    "grown",
    "with_free",
]

# Columns of SeriesState.levels: as small or as large as the values themselves.
LEVEL = 0  # slow level without season
FAST = 1  # level of the last dozen points
NEAR = 2  # level of the last three dozen points
OFFSET = 3  # how far the series has been from its season lately
BEFORE_LAST = 4  # the value before the last one
LAST = 5  # the last value
SCALE = 6  # usual distance from the expected value
FAST_SCALE = 7  # usual distance from FAST
JUMP_SCALE = 8  # usual distance from the point before
LEAN_SCALE = 9  # usual distance from what NEAR and the day's course expect together
SERIES_LEVELS = 10

# Columns of SeriesState.numbers: what is compared, or has no unit, for which seven digits are plenty.
LEVEL_ERROR = 0  # usual error of LEVEL
COURSE_ERROR = 1  # usual error of the day's course, which is the season and OFFSET
NEAR_ERROR = 2  # usual error of NEAR
DRIFT = 3  # mean of the last dozen standardised residuals
UNREST = 4  # mean size of the last dozen standardised distances from FAST
SURPRISE = 5  # smoothed evidence of all statistics
RUN = 6  # points in a row far off on one side, signed
HELD = 7  # evidence that a new alert must exceed
RARITY = 8  # tail probability of the last point; negative while a recent alert holds its score down
EVIDENCE = 9  # what the entity gets: the size of TREND, and what is rare of the surprise
LEAN = 10  # the last distance from what NEAR and the day's course expect together, in scales
TREND = 11  # how far LEAN has moved step by step, leaps counting little
SERIES_NUMBERS = 12

# Columns of SeriesState.ages.
COUNT = 0  # points so far
FIRST_HOUR = 1  # of the first point, since 1970
SEASON = 2  # one more than its row among the seasons; 0 while it has none
KIND = 3  # gauge or counter, see ``counters``
SERIES_AGES = 4

# Columns of Weeks.numbers.
STEP = 0  # what a unit of a departure is worth
DAY_ERROR, WEEK_ERROR = 1, 2  # usual errors, over a week, of the day's course and of that with departures
OTHER_OFFSET = 3  # how far the series has been lately from whichever of the two is not used
SLOW_OFFSET = 4  # how far it has been from the course of the week over the last one
WEEK_NUMBERS = 5

# Columns of EntityState.numbers.
SQUARES = 0  # sum over the series of their squared evidence
USUAL = 1  # slow mean of its root
NOW = 2  # the root at the present step
ENTITY_EVIDENCE = 3  # what a warning rests on: TREND_EVIDENCE and JOINT_EVIDENCE together
THRESHOLD = 4  # evidence that opens a warning
PEAK = 5  # the highest evidence of the open warning
ENTITY_SCORE = 6  # one less the tail probability, as far as the state lasts
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
LASTING = 18  # mean of how unusual the entity has been over the last hundred steps
WORN = 19  # how far its series have moved from early life, as others like it do before they end
ENTITY_NUMBERS = 20

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
WEEK_HOURS = 7 * HOURS
WEEK_BYTES = WEEK_HOURS * 12 // 8
STATISTICS = 5  # level, fast level, jump, drift, unrest; the last row of tails is that of their sum
BINS = 16
OPENING = 8  # points that a series' first level and scale are the medians of


class SeriesState(NamedTuple):
    """Of every series what the columns above name, the time of its last point, a counter's last reading, its tails.

    Shapes (n, 10), (n, 12), (n,), (n,), (n, 4) and (n, 6, 16). The levels hold the first values until they set a level.
    """

    levels: NDArray[np.float64]
    numbers: NDArray[np.float32]
    last_ns: NDArray[np.int64]
    reading: NDArray[np.float64]
    ages: NDArray[np.int32]
    tails: NDArray[np.uint16]


class Seasons(NamedTuple):
    """By season, in the order in which they were earned: levels by hour above a base, and the points that taught each.

    Shapes (p,), (p, 24), (p, 24) and (p,): ``week`` is one more than its row among the weeks, 0 while it has none, and
    negative while the week is used. ``taken``, of shape (1,), says how many rows are in use.
    """

    base: NDArray[np.float64]
    hours: NDArray[np.float32]
    visits: NDArray[np.uint8]
    week: NDArray[np.int32]
    taken: NDArray[np.int64]


class Weeks(NamedTuple):
    """By week, in the order in which they were earned: departures by hour, and what the columns above name.

    Shapes (q, 252), (q, 5) and (1,), which says how many rows are in use. A departure has 12 bits, see ``week``.
    """

    cells: NDArray[np.uint8]
    numbers: NDArray[np.float32]
    taken: NDArray[np.int64]


class EntityState(NamedTuple):
    """Of every entity: what the columns above name; shapes (m, 20) and (m, 8)."""

    numbers: NDArray[np.float64]
    clock: NDArray[np.int64]


class Links(NamedTuple):
    """Which series are whose: int32 each; ``first`` by entity and ``following`` by series are chains that end in -1."""

    entity: NDArray[np.int32]
    following: NDArray[np.int32]
    first: NDArray[np.int32]


SERIES_ROWS = dict.fromkeys(SeriesState._fields, Rows.SERIES)
SEASON_ROWS = dict.fromkeys(Seasons._fields, Rows.SEASONS) | {"taken": Rows.OTHER}
WEEK_ROWS = dict.fromkeys(Weeks._fields, Rows.WEEKS) | {"taken": Rows.OTHER}
ENTITY_ROWS = dict.fromkeys(EntityState._fields, Rows.ENTITIES)


def empty_series(n: int) -> SeriesState:
    """Return the state of ``n`` series that have no points yet."""
    return SeriesState(
        levels=np.zeros((n, SERIES_LEVELS)),
        numbers=np.zeros((n, SERIES_NUMBERS), dtype=np.float32),
        last_ns=np.zeros(n, dtype=np.int64),
        reading=np.zeros(n),
        ages=np.zeros((n, SERIES_AGES), dtype=np.int32),
        tails=np.zeros((n, STATISTICS + 1, BINS), dtype=np.uint16),
    )


def empty_seasons(p: int) -> Seasons:
    """Return room for ``p`` seasons, none of them taken."""
    return Seasons(
        base=np.zeros(p),
        hours=np.zeros((p, HOURS), dtype=np.float32),
        visits=np.zeros((p, HOURS), dtype=np.uint8),
        week=np.zeros(p, dtype=np.int32),
        taken=np.zeros(1, dtype=np.int64),
    )


def empty_weeks(q: int) -> Weeks:
    """Return room for ``q`` weeks, none of them taken."""
    return Weeks(
        cells=np.zeros((q, WEEK_BYTES), dtype=np.uint8),
        numbers=np.zeros((q, WEEK_NUMBERS), dtype=np.float32),
        taken=np.zeros(1, dtype=np.int64),
    )


def empty_entities(m: int, threshold: float) -> EntityState:
    """Return the state of ``m`` entities that have no points yet, each to be warned about first from ``threshold``."""
    numbers = np.zeros((m, ENTITY_NUMBERS))
    numbers[:, THRESHOLD] = threshold
    return EntityState(numbers=numbers, clock=np.zeros((m, ENTITY_CLOCK), dtype=np.int64))


def empty_links(n: int, m: int) -> Links:
    """Return the links of ``n`` series and ``m`` entities that nothing ties yet."""
    return Links(np.zeros(n, dtype=np.int32), np.full(n, -1, dtype=np.int32), np.full(m, -1, dtype=np.int32))


_State = TypeVar("_State", SeriesState, EntityState)


def grown(state: _State, more: _State) -> _State:
    """Return ``state`` with the rows of ``more`` behind its own. Of those that are all 0 no memory is used yet."""
    pairs: Any = zip(state, more, strict=True)
    return type(state)(*(_behind(old, new) for old, new in pairs))


def _behind(old: NDArray[Any], new: NDArray[Any]) -> NDArray[Any]:
    whole = np.zeros((len(old) + len(new), *old.shape[1:]), old.dtype)
    whole[: len(old)] = old
    if new.any():
        whole[len(old) :] = new
    return whole


_Earned = TypeVar("_Earned", Seasons, Weeks)


def with_free(earned: _Earned, free: int) -> _Earned:
    """Return seasons or weeks with at least so many rows that are not taken, doubling what there are."""
    taken, there = int(earned.taken[0]), len(earned[0])
    if there - taken >= free:
        return earned
    more: int = max(taken + free, 2 * there) - there
    # All but the last, which counts.
    every: Any = (*(_with_more(each, more) for each in earned[:-1]), earned.taken)
    return type(earned)(*every)


def _with_more(array: Any, rows: int) -> Any:
    return _behind(array, np.zeros((rows, *array.shape[1:]), array.dtype))
