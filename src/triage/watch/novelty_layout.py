"""What is remembered of the windows of the few series that stand alone: boxes of windows seen. Computes nothing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.watch.rows import Rows

__all__ = [
    "BY_MEMORY",
    "NOVELTY_ROWS",
    "NoveltyState",
    "empty_novelty",
    "grown_novelty",
    "is_remembered",
    "roomy_novelty",
    "taken_novelty",
]

WINDOW = 8  # places
SCALES = 2  # a place is one value, or two
VALUES = WINDOW * SCALES  # that make the longest window
SIDES = 2 * WINDOW  # of a box: the window's shape, from its lowest value to its highest, then its height in the range
BOXES = 128  # 64 lose five of NAB's points, 256 gain less than one
MOST_REMEMBERED = 512  # series; each costs 36 kB

# Columns of NoveltyState.numbers.
LOWEST, HIGHEST = 0, 1  # the range of the values so far
HELD_NEWS = 2  # evidence that a new alert must exceed
USUAL = 3  # and by scale: mean likeness of a window to the box that it is most like
NEWS = USUAL + SCALES  # and by scale: how new the last windows were, forgotten within dozens of points
NOVELTY_NUMBERS = NEWS + SCALES

# Columns of NoveltyState.counts.
SEEN = 0  # values so far
JUDGED = 1  # and by scale: windows that were compared with others
FILLED = JUDGED + SCALES  # and by scale: boxes in use
NOVELTY_COUNTS = FILLED + SCALES


class NoveltyState(NamedTuple):
    """Of every series that is remembered (r): what the columns above name, its last values, its boxes.

    Shapes: ``of_entity`` (m,), one more than the row of its only series, 0 for none; ``series`` (r,); ``taken`` (1,),
    how many rows are in use; numbers (r, 7); counts (r, 5); values (r, 16); ``low`` and ``high`` of the boxes (r, 2,
    16, 128), ``room``, the sum of their sides' likeness to all that lies in them, and ``used``, the value that was the
    last to be like them (r, 2, 128).
    """

    of_entity: NDArray[np.int32]
    series: NDArray[np.int64]
    taken: NDArray[np.int64]
    numbers: NDArray[np.float64]
    counts: NDArray[np.int64]
    values: NDArray[np.float64]
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    room: NDArray[np.float32]
    used: NDArray[np.int64]


NOVELTY_ROWS = dict.fromkeys(NoveltyState._fields, Rows.MEMORIES) | {
    "of_entity": Rows.ENTITIES,
    "taken": Rows.OTHER,
}
BY_MEMORY = tuple(name for name, rows in NOVELTY_ROWS.items() if rows is Rows.MEMORIES)


def empty_novelty(m: int, rows: int = MOST_REMEMBERED) -> NoveltyState:
    """Return the state of ``m`` entities of which nothing is remembered, and room for some that will be.

    Notes
    -----
    Memory of what is all 0 is not used until it is written to.
    """
    boxes = (rows, SCALES, SIDES, BOXES)
    return NoveltyState(
        of_entity=np.zeros(m, dtype=np.int32),
        series=np.zeros(rows, dtype=np.int64),
        taken=np.zeros(1, dtype=np.int64),
        numbers=np.zeros((rows, NOVELTY_NUMBERS)),
        counts=np.zeros((rows, NOVELTY_COUNTS), dtype=np.int64),
        values=np.zeros((rows, VALUES)),
        low=np.zeros(boxes, dtype=np.float32),
        high=np.zeros(boxes, dtype=np.float32),
        room=np.zeros((rows, SCALES, BOXES), dtype=np.float32),
        used=np.zeros((rows, SCALES, BOXES), dtype=np.int64),
    )


def grown_novelty(state: NoveltyState, more: int) -> NoveltyState:
    """Return ``state`` with so many entities behind its own."""
    return state._replace(of_entity=np.concatenate((state.of_entity, np.zeros(more, dtype=np.int32))))


def taken_novelty(state: NoveltyState, m: int) -> NoveltyState:
    """Return what there is of the first ``m`` entities, without rows that are not taken."""
    rows = {name: array[: state.taken[0]] for name, array in state._asdict().items() if name in BY_MEMORY}
    return state._replace(of_entity=state.of_entity[:m], **rows)


def roomy_novelty(state: NoveltyState) -> NoveltyState:
    """Return a state without rows that are not taken with room for more."""
    roomy, taken = empty_novelty(0), len(state.series)
    for name in BY_MEMORY:
        getattr(roomy, name)[:taken] = getattr(state, name)
    return roomy._replace(of_entity=state.of_entity, taken=state.taken)


def is_remembered(state: NoveltyState, owner: NDArray[np.int64]) -> bool:
    """Return whether no index in a state leads the kernel astray, for series of these entities.

    Parameters
    ----------
    state : NoveltyState
        Without rows that are not taken.
    owner : ndarray of int64, shape (n,)
        The entity of each series.
    """
    taken, counts = len(state.series), state.counts
    holding = np.flatnonzero(state.of_entity)
    return bool(
        state.taken[0] == taken <= MOST_REMEMBERED
        and np.array_equal(np.sort(state.of_entity[holding]), np.arange(1, taken + 1))
        and ((state.series >= 0) & (state.series < len(owner))).all()
        and np.array_equal(owner[state.series[state.of_entity[holding] - 1]], holding)
        and (counts >= 0).all()
        and (counts[:, FILLED : FILLED + SCALES] <= BOXES).all()
        and (state.used >= 0).all()
    )
