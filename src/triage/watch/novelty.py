"""How new the last windows of a series that stands alone are: unlike all that it has shown, whatever its spread.

After adaptive resonance (Carpenter, Grossberg and Rosen, 1991: fuzzy ART) as ARTime uses it (Hampton, 2023): windows
that are alike share a box, one that is like none gets its own. A tail says how rare a value is, this whether anything
like its course was ever seen: noise that comes again and again is rare each time, and new once.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.watch.joint_layout import MEMBERS, JointState
from triage.watch.lanes import FIT, LIKENESS, SIDE
from triage.watch.novelty_layout import (
    BOXES,
    FILLED,
    HELD_NEWS,
    HIGHEST,
    JUDGED,
    LOWEST,
    MOST_REMEMBERED,
    NEWS,
    SCALES,
    SEEN,
    SIDES,
    USUAL,
    VALUES,
    WINDOW,
    NoveltyState,
)
from triage.watch.scales import least_scale
from triage.watch.state import COUNT, LAST, LEVEL, RARITY, SCALE, SeriesState

__all__ = ["add_novelty"]

_AFTER = 32  # points, not all alike, that earn a memory
# Windows before novelty counts, and before it is known how alike windows usually are; what is asked until then.
_FEW, _PLAINLY, _ALIKE = 50, 30, 0.8
_MOST_ALIKE = 0.97  # a series that repeats itself exactly is not held to it
_USUAL_RATE = 1 / 1000
_DECADES = 3.0  # that something wholly new adds to the evidence; 2 to 3.5 do within two of NAB's points
_KEEP = 0.5 ** (1 / 20)  # of the news from a point to the next: it comes before or after what is rare
# The limiter, as of tails (``judgement``).
_REARM, _HOLD_DECAY = 1.5, 0.5 ** (1 / 150)
_Work: TypeAlias = NDArray[np.float32]
_TO_DECADES = -math.log10(math.e)


@compiled
def add_novelty(
    state: NoveltyState, series: SeriesState, joint: JointState, work: _Work, row: int, entity: int
) -> None:
    """Make the last point of a series rarer by how new the course of its last values is, and learn that course.

    Parameters
    ----------
    state : NoveltyState
        Changed in place.
    series : SeriesState
        Its column RARITY is changed in place.
    joint : JointState
        Only who has no other metric is remembered: for others their joint state says what is new.
    work : ndarray of float32
        `Lanes.boxes`.
    row, entity : int
        Which series, and whose.
    """
    if joint.clock[entity, MEMBERS] != 1 or series.ages[row, COUNT] < _AFTER:
        return
    if state.of_entity[entity] == 0:
        if state.taken[0] == MOST_REMEMBERED or series.levels[row, SCALE] <= least_scale(series.levels[row, LEVEL]):
            return
        _remember(state, row, entity, series.levels[row, LAST])
    memory = state.of_entity[entity] - 1
    if state.series[memory] != row:
        return
    novelty = _novelty_of(state, memory, work, series.levels[row, LAST])
    numbers = state.numbers[memory]
    evidence = math.log(abs(series.numbers[row, RARITY])) * _TO_DECADES + _DECADES * novelty
    held = numbers[HELD_NEWS] * _HOLD_DECAY
    is_news = evidence > held
    numbers[HELD_NEWS] = _REARM * evidence if is_news else held
    probability = math.exp(evidence / _TO_DECADES)
    series.numbers[row, RARITY] = probability if is_news else -probability


@compiled
def _remember(state: NoveltyState, row: int, entity: int, value: float) -> None:
    memory = state.taken[0]
    state.taken[0] += 1
    state.of_entity[entity], state.series[memory] = memory + 1, row
    state.numbers[memory, LOWEST] = state.numbers[memory, HIGHEST] = value


@compiled
def _novelty_of(state: NoveltyState, memory: int, work: _Work, value: float) -> float:
    """Return how new the last windows are, in [0, 1], in the mean over the scales."""
    numbers, values = state.numbers[memory], state.values[memory]
    if value < numbers[LOWEST] or value > numbers[HIGHEST]:
        _widen(state, memory, min(value, numbers[LOWEST]), max(value, numbers[HIGHEST]))
    for place in range(VALUES - 1):
        values[place] = values[place + 1]
    values[VALUES - 1] = value
    state.counts[memory, SEEN] += 1
    total = 0.0
    for scale in range(SCALES):
        numbers[NEWS + scale] *= _KEEP
        if state.counts[memory, SEEN] >= WINDOW * (scale + 1):
            _lay_out(values, numbers[LOWEST], numbers[HIGHEST], scale + 1, work[SIDE])
            numbers[NEWS + scale] = max(numbers[NEWS + scale], _judge(state, memory, work, scale))
        total += numbers[NEWS + scale]
    return total / SCALES


@compiled
def _widen(state: NoveltyState, memory: int, lowest: float, highest: float) -> None:
    """Widen the range: heights are kept as parts of it."""
    numbers = state.numbers[memory]
    before, span = numbers[HIGHEST] - numbers[LOWEST], highest - lowest
    factor, shift = np.float32(before / span), np.float32((numbers[LOWEST] - lowest) / span)
    numbers[LOWEST], numbers[HIGHEST] = lowest, highest
    for scale in range(SCALES):
        room = state.room[memory, scale]
        for box in range(BOXES):
            room[box] = np.float32(0.0)
        for side in range(SIDES):
            low, high = state.low[memory, scale, side], state.high[memory, scale, side]
            for box in range(BOXES):
                if side >= WINDOW:
                    low[box], high[box] = low[box] * factor + shift, high[box] * factor + shift
                room[box] += low[box] + (np.float32(1.0) - high[box])


@compiled
def _lay_out(
    values: NDArray[np.float64], lowest: float, highest: float, length: int, sides: NDArray[np.float32]
) -> None:
    """Lay the last window out as the sides of a box: its shape, and its height in the range of all values.

    Of the values at a place the one farthest from the window's mean stands for all: a spike is not averaged away.
    """
    first = VALUES - WINDOW * length
    mean = 0.0
    for number in range(first, VALUES):
        mean += values[number]
    mean /= WINDOW * length
    low, high = np.inf, -np.inf
    span = highest - lowest if highest > lowest else 1.0
    for place in range(WINDOW):
        farthest = values[first + place * length]
        for number in range(first + place * length + 1, first + (place + 1) * length):
            if abs(values[number] - mean) > abs(farthest - mean):
                farthest = values[number]
        low, high = min(low, farthest), max(high, farthest)
        sides[WINDOW + place] = (farthest - lowest) / span
    low, high = (low - lowest) / span, (high - lowest) / span
    size = high - low if high > low else 1.0
    for place in range(WINDOW):
        sides[place] = (sides[WINDOW + place] - low) / size


@compiled
def _judge(state: NoveltyState, memory: int, work: _Work, scale: int) -> float:
    """Return how much less the window is like any box than windows usually are, as a part of that, and learn it."""
    numbers, counts = state.numbers[memory], state.counts[memory]
    judged = counts[JUDGED + scale]
    asked = min(numbers[USUAL + scale], _MOST_ALIKE) if judged > _PLAINLY else _ALIKE
    best = _compare(state, memory, work, scale)
    likeness = float(work[LIKENESS, best]) if best >= 0 else 0.0
    if best >= 0 and likeness >= asked:
        for box in range(counts[FILLED + scale]):
            if work[LIKENESS, box] >= asked:
                _stretch(state, memory, work[SIDE], scale, box)
    else:
        _add_box(state, memory, work[SIDE], scale)
    if best < 0:
        return 0.0
    counts[JUDGED + scale] = judged + 1
    numbers[USUAL + scale] += (likeness - numbers[USUAL + scale]) * max(1.0 / (judged + 1), _USUAL_RATE)
    return max(asked - likeness, 0.0) / asked if judged + 1 >= _FEW else 0.0


@compiled
def _compare(state: NoveltyState, memory: int, work: _Work, scale: int) -> int:
    """Set how like each box the window is; return the one that it is most like, -1 if there is none.

    A box is like all that lies in it; what lies outside is less so by the distance, on every side. The last value,
    which is the news, counts once more.
    """
    fit, likeness, sides, room = work[FIT], work[LIKENESS], work[SIDE], state.room[memory, scale]
    one, least = np.float32(1.0), np.float32(1e-3)
    for box in range(BOXES):
        fit[box] = np.float32(0.0)
    for side in range(SIDES):
        value, low, high = sides[side], state.low[memory, scale, side], state.high[memory, scale, side]
        for box in range(BOXES):
            fit[box] += _within(value, low[box], high[box])
    value = sides[SIDES - 1]
    low, high = state.low[memory, scale, SIDES - 1], state.high[memory, scale, SIDES - 1]
    for box in range(BOXES):
        whole = fit[box] / max(room[box], least)
        last = _within(value, low[box], high[box]) / max(low[box] + (one - high[box]), least)
        likeness[box] = whole * whole * whole * last * last
    best = -1
    for box in range(state.counts[memory, FILLED + scale]):
        if best < 0 or likeness[box] > likeness[best]:
            best = box
    return best


@compiled
def _within(value: float, low: float, high: float) -> float:
    """Return how like a side a value is, in 32 bits: all that the side has room for, less its distance from it."""
    return min(value, low) + (np.float32(1.0) - max(value, high))  # type: ignore[return-value]  # of numpy, in 32 bits


@compiled
def _stretch(state: NoveltyState, memory: int, sides: _Work, scale: int, box: int) -> None:
    """Stretch a box to hold the window."""
    low, high = state.low[memory, scale], state.high[memory, scale]
    room = np.float32(0.0)
    for side in range(SIDES):
        low[side, box] = min(low[side, box], sides[side])
        high[side, box] = max(high[side, box], sides[side])
        room += low[side, box] + (np.float32(1.0) - high[side, box])
    state.room[memory, scale, box] = room
    state.used[memory, scale, box] = state.counts[memory, SEEN]


@compiled
def _add_box(state: NoveltyState, memory: int, sides: _Work, scale: int) -> None:
    """Give the window a box of its own: a free one, or that which nothing was like for longest."""
    counts, used = state.counts[memory], state.used[memory, scale]
    box = counts[FILLED + scale]
    if box < BOXES:
        counts[FILLED + scale] = box + 1
    else:
        box = 0
        for other in range(BOXES):
            if used[other] < used[box]:
                box = other
    for side in range(SIDES):
        state.low[memory, scale, side, box] = state.high[memory, scale, side, box] = sides[side]
    _stretch(state, memory, sides, scale, box)
