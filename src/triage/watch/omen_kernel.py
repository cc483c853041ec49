"""Runs points through what is remembered of omens, in order of arrival, and describes entities step by step."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.watch.rows import Rows

__all__ = [
    "CALENDAR",
    "ENTITY_COLUMNS",
    "KINDS",
    "NOW_NS",
    "OMENS_OF_ALL",
    "OMEN_ROWS",
    "SERIES_COLUMNS",
    "STEP_COLUMNS",
    "OmenLinks",
    "OmenState",
    "describe_points",
]

# Columns of OmenState.series. Values are kept as distances from the first one, so that far from 0 nothing is lost.
_FIRST, _MEAN, _SQUARES, _SHORT, _MIDDLE, _LONG, _LEAN_SHORT, _LEAN_MIDDLE = range(8)
_SAID = 8  # from here on the features of the series as it stands
KINDS = 7  # of features: its short mean, far, rise, drift, short and middle lean, trend
SERIES_COLUMNS = _SAID + KINDS

# Columns of OmenState.entity: the watcher's evidence, of trends and of joint states, now and lately.
_NOW, _LATELY = 0, 2
ENTITY_COLUMNS = 4

_LAST_NS, _COUNT = 0, 1  # columns of OmenState.clock
# Of OmenState.steps: an entity's time, its points in this step and in the one before, and its time by local clocks.
NOW_NS, _SEEN, _EXPECTED, _LOCAL_NS = 0, 1, 2, 3
STEP_COLUMNS = 4

_SHORT_STEPS, _MIDDLE_STEPS, _LONG_STEPS = 3, 20, 100  # that the means remember
_LATELY_KEPT = 0.94  # a step: evidence counts half an hour of five-minute steps later for two thirds
_LEAST_POINTS = 24  # of a series: before, nobody knows its spread
_LEAST_SPREAD = 1e-6  # of the usual size: below it a series counts as constant
_FARTHEST = 50.0  # spreads
_LARGEST = 1e30  # as the watcher takes it
_TOGETHER = KINDS - 1  # the short mean has a unit: of all metrics together it says nothing
CALENDAR = ENTITY_COLUMNS + 2 * _TOGETHER  # where the hour of the day and the weekday stand, by local clocks
OMENS_OF_ALL = CALENDAR + 2  # what is said of all series together and of the time, before what is said of each
_HOUR_NS = 3_600_000_000_000
_THURSDAY = 3  # 1970 began on one


class OmenState(NamedTuple):
    """What is remembered of n series and m entities: (n, 15), (n, 2), (m, 4), (m, 4)."""

    series: NDArray[np.float64]
    clock: NDArray[np.int64]
    entity: NDArray[np.float64]
    steps: NDArray[np.int64]


OMEN_ROWS = {"series": Rows.SERIES, "clock": Rows.SERIES, "entity": Rows.ENTITIES, "steps": Rows.ENTITIES}


class OmenLinks(NamedTuple):
    """Whose series are whose: ``entity`` and ``column`` (-1: none of its own) by series, chains that end in -1."""

    entity: NDArray[np.int64]
    column: NDArray[np.int64]
    following: NDArray[np.int64]
    first: NDArray[np.int64]


@compiled
def describe_points(
    state: OmenState,
    links: OmenLinks,
    points: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]],
    shown: tuple[NDArray[np.float64], NDArray[np.float64]],
    is_described: NDArray[np.bool_],
    found: NDArray[np.float64],
) -> int:
    """Learn from points and fill in the features of their entities; return how many rows of them there are.

    An entity is described once its step has as many points as the one before had, and after each that follows: half of
    a step's samples beside the other half of the step before would be a state that never was.

    Parameters
    ----------
    state : OmenState
        Changed in place.
    links : OmenLinks
    points : tuple of ndarray
        Series, event time in ns, the same by local clocks, value. A point that the watcher passes over changes nothing
        here either.
    shown : tuple of ndarray
        The watcher's evidence (n, 2) and motion (n, 2); see `Watched`.
    is_described : ndarray of bool of shape (n_points,)
        After which points there is a row in any case; changed in place to after which there is one.
    found : ndarray of float64 of shape (n_points, OMENS_OF_ALL + KINDS * n_columns)
        Filled in place from the first row on.
    """
    series, time_ns, local_ns, value = points
    evidence, motion = shown
    place = 0
    for point in range(len(series)):
        row = series[point]
        entity = links.entity[row]
        if _is_taken(state, row, time_ns[point], value[point]):
            _learn(state.series[row], state.clock[row], time_ns[point], value[point], motion[point])
            if _show(state, entity, (time_ns[point], local_ns[point]), evidence[point]):
                is_described[point] = True
        if is_described[point]:
            _describe(state, links, entity, found[place])
            place += 1
    return place


@compiled
def _is_taken(state: OmenState, row: int, time_ns: int, value: float) -> bool:
    is_new = state.clock[row, _COUNT] == 0 or time_ns > state.clock[row, _LAST_NS]
    return bool(is_new and abs(value) <= _LARGEST)


@compiled
def _learn(
    numbers: NDArray[np.float64], clock: NDArray[np.int64], time_ns: int, value: float, motion: NDArray[np.float64]
) -> None:
    if clock[_COUNT] == 0:
        numbers[_FIRST] = value
    clock[_LAST_NS], clock[_COUNT] = time_ns, clock[_COUNT] + 1
    count, off = clock[_COUNT], value - numbers[_FIRST]
    before = numbers[_MEAN]
    numbers[_MEAN] += (off - before) / count
    numbers[_SQUARES] += (off - before) * (off - numbers[_MEAN])
    numbers[_SHORT] += max(1.0 / count, 1.0 / _SHORT_STEPS) * (off - numbers[_SHORT])
    numbers[_MIDDLE] += max(1.0 / count, 1.0 / _MIDDLE_STEPS) * (off - numbers[_MIDDLE])
    numbers[_LONG] += max(1.0 / count, 1.0 / _LONG_STEPS) * (off - numbers[_LONG])
    numbers[_LEAN_SHORT] += (motion[1] - numbers[_LEAN_SHORT]) / _SHORT_STEPS
    numbers[_LEAN_MIDDLE] += (motion[1] - numbers[_LEAN_MIDDLE]) / _MIDDLE_STEPS
    if count < _LEAST_POINTS:
        return
    least = _LEAST_SPREAD * (abs(numbers[_FIRST]) + abs(numbers[_MEAN])) + 1e-300
    spread = max(math.sqrt(max(numbers[_SQUARES], 0.0) / count), least)
    numbers[_SAID] = numbers[_FIRST] + numbers[_SHORT]
    numbers[_SAID + 1] = _clipped((numbers[_SHORT] - numbers[_MEAN]) / spread)
    numbers[_SAID + 2] = _clipped((numbers[_SHORT] - numbers[_MIDDLE]) / spread)
    numbers[_SAID + 3] = _clipped((numbers[_MIDDLE] - numbers[_LONG]) / spread)
    numbers[_SAID + 4] = numbers[_LEAN_SHORT]
    numbers[_SAID + 5] = numbers[_LEAN_MIDDLE]
    numbers[_SAID + 6] = motion[0]


@compiled
def _show(state: OmenState, entity: int, moment_ns: tuple[int, int], evidence: NDArray[np.float64]) -> bool:
    """Take the watcher's evidence in; return whether the entity's step is whole."""
    numbers, steps = state.entity[entity], state.steps[entity]
    time_ns, local_ns = moment_ns
    is_later = time_ns > steps[NOW_NS]
    if is_later:
        steps[NOW_NS], steps[_EXPECTED], steps[_SEEN] = time_ns, steps[_SEEN], 0
        steps[_LOCAL_NS] = local_ns
    steps[_SEEN] += 1
    for kind in range(2):
        numbers[_NOW + kind] = evidence[kind]
        kept = numbers[_LATELY + kind] * (_LATELY_KEPT if is_later else 1.0)
        numbers[_LATELY + kind] = max(kept, evidence[kind])
    return bool(steps[_SEEN] >= steps[_EXPECTED])


@compiled
def _describe(state: OmenState, links: OmenLinks, entity: int, found: NDArray[np.float64]) -> None:
    # Element by element: numba copies what it takes for an overlap.
    for at in range(ENTITY_COLUMNS):
        found[at] = state.entity[entity, at]
    found[ENTITY_COLUMNS:CALENDAR] = 0.0
    local_ns = state.steps[entity, _LOCAL_NS]
    found[CALENDAR] = (local_ns // (_HOUR_NS // 60) % 1440) / 60.0
    found[CALENDAR + 1] = (local_ns // (24 * _HOUR_NS) + _THURSDAY) % 7
    found[OMENS_OF_ALL:] = np.nan
    n_columns = (len(found) - OMENS_OF_ALL) // KINDS
    known = 0
    row = links.first[entity]
    while row >= 0:
        if state.clock[row, _COUNT] >= _LEAST_POINTS:
            known += 1
            said = state.series[row, _SAID:]
            for kind in range(_TOGETHER):
                size, at = abs(said[kind + 1]), ENTITY_COLUMNS + 2 * kind
                found[at] = max(found[at], size)
                found[at + 1] += size
            if links.column[row] >= 0:
                for kind in range(KINDS):
                    found[OMENS_OF_ALL + kind * n_columns + links.column[row]] = said[kind]
        row = links.following[row]
    for kind in range(_TOGETHER):
        found[ENTITY_COLUMNS + 2 * kind + 1] /= max(known, 1)


@compiled
def _clipped(distance: float) -> float:
    return float(min(max(distance, -_FARTHEST), _FARTHEST))
