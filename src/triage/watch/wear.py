"""How far a series has moved from its own early life in the direction in which others like it wear out. Learns nothing.

Which metrics wear out, and which way, `wear_fitting` finds; where it finds none, nothing here is ever called.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.watch.rows import Rows

__all__ = ["EARLY_POINTS", "WEAR_ROWS", "WearState", "empty_wear", "follow_wear", "grown_wear"]

EARLY_POINTS = 20  # whose mean is what a series was like when it was new; 20 to 50 did the same on turbofans
_RECENT_RATE = 1 / 10  # 5 to 20 points did within .03 AUC-PR
_FARTHEST = 10.0  # usual distances of the whole entity's wear: a stray value moves it by no more
# Columns of WearState.course.
_EARLY, _RECENT, PART = 0, 1, 2


class WearState(NamedTuple):
    """Of every series what its distance from early life is worth, 0 for nothing, and its course; shapes (n,), (n, 3).

    Both have no rows in a watcher that knows of no metric that wears out.
    """

    weight: NDArray[np.float64]
    course: NDArray[np.float64]


WEAR_ROWS = dict.fromkeys(WearState._fields, Rows.SERIES)


def empty_wear(weight: NDArray[np.float64]) -> WearState:
    """Return the state of series that have no points yet, of these weights."""
    return WearState(np.asarray(weight, dtype=np.float64), np.zeros((len(weight), 3)))


def grown_wear(state: WearState, weight: NDArray[np.float64]) -> WearState:
    """Return ``state`` with series of these weights, without points, behind its own."""
    more = empty_wear(weight)
    return WearState(np.concatenate([state.weight, more.weight]), np.concatenate([state.course, more.course]))


@compiled
def follow_wear(state: WearState, row: int, value: float, count: int) -> float:
    """Bring a series' wear up to a new value; return by how much that of its entity grows.

    Parameters
    ----------
    state : WearState
        Changed in place.
    row : int
        Which series.
    value : float
    count : int
        Points of the series, this one included.
    """
    weight, course = state.weight[row], state.course[row]
    if weight == 0.0:
        return 0.0
    if count == 1:
        course[_EARLY] = course[_RECENT] = value
    reach = _FARTHEST / abs(weight)
    near = min(max(value, course[_RECENT] - reach), course[_RECENT] + reach)
    if count <= EARLY_POINTS:
        course[_EARLY] += (near - course[_EARLY]) / count
    course[_RECENT] += max(_RECENT_RATE, 1.0 / count) * (near - course[_RECENT])
    before = course[PART]
    course[PART] = weight * (course[_RECENT] - course[_EARLY])
    return float(course[PART] - before)
