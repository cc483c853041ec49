"""Where the joint states of entities lie: each has a chunk of one heap, with room for its members. Computes nothing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.watch.rows import Rows

__all__ = [
    "EXPECTED",
    "FEATURES",
    "IS_SETTLED",
    "JOINT_ROWS",
    "JUDGED",
    "LINES",
    "MEMBERS",
    "MEMBER_LONG",
    "MEMBER_SHORT",
    "MOST_MEMBERS",
    "ROOM",
    "SEEN",
    "SINCE_FIT",
    "START",
    "JointState",
    "empty_joint",
    "grown_joint",
    "is_packed",
    "laid_out",
    "packed",
    "room_for",
    "with_room",
]

FEATURES = 3
# Series of an entity in its joint state, the first to send eight points: the work grows with the square.
MOST_MEMBERS = 40

# Columns of JointState.course.
MEMBER_SHORT, MEMBER_LONG = 0, 1
COURSE_NUMBERS = 2

# Columns of JointState.clock.
MEMBERS, SEEN, EXPECTED, JUDGED, SINCE_FIT, START, ROOM, IS_SETTLED = 0, 1, 2, 3, 4, 5, 6, 7
JOINT_CLOCK = 8

LINES = 4  # of a chunk before its triangles: features, work, centres, spreads
_SPARE = 0.5  # of the heap, free behind its chunks once it had to be laid out anew


class JointState(NamedTuple):
    """Of every series its place among its entity's members (-1 for none) and its course; of entities clocks, chunks.

    Shapes (n,), (n, 2), (m, 8) and (any,). An entity's chunk of ``heap`` begins at its START and holds, for ROOM
    members: the features as they stand, in usual spreads from their usual values; room for work; these usual values and
    spreads; and the lower triangles, row by row, of the covariance and of its root.
    """

    member: NDArray[np.int64]
    course: NDArray[np.float64]
    clock: NDArray[np.int64]
    heap: NDArray[np.float64]


JOINT_ROWS = {"member": Rows.SERIES, "course": Rows.SERIES, "clock": Rows.ENTITIES, "heap": Rows.OTHER}


def empty_joint(n: int, m: int) -> JointState:
    """Return the joint state of ``m`` entities of ``n`` series without points, and without room for any."""
    return JointState(
        member=np.full(n, -1, dtype=np.int64),
        course=np.zeros((n, COURSE_NUMBERS)),
        clock=np.zeros((m, JOINT_CLOCK), dtype=np.int64),
        heap=np.zeros(0),
    )


def grown_joint(state: JointState, more: JointState) -> JointState:
    """Return ``state`` with the series and entities of ``more``, which has no heap, behind its own."""
    member, course, clock = (np.concatenate(pair) for pair in zip(state[:3], more[:3], strict=True))
    return JointState(member, course, clock, state.heap)


def room_for(members: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many numbers of the heap so many members take, of one entity each."""
    k = FEATURES * members
    return LINES * k + k * (k + 1)


def with_room(state: JointState, members: NDArray[np.int64]) -> JointState:
    """Return the state with room for so many members at each entity, at least; what is there keeps its bits.

    Parameters
    ----------
    state : JointState
    members : ndarray of int64, shape (m,)
        At most `MOST_MEMBERS` are given room.

    Notes
    -----
    Who needs more room gets a new chunk behind the others, and the one it had is left empty. Only when the heap is full
    all are laid out anew: where a few entities come at a time, each costs as much however many there are.
    """
    before, begins = state.clock[:, ROOM], state.clock[:, START]
    room = np.maximum(np.minimum(members, MOST_MEMBERS), before)
    growing = np.flatnonzero(room > before)
    if not len(growing):
        return state
    sizes = room_for(room[growing])
    starts = int((begins + room_for(before)).max()) + np.cumsum(sizes) - sizes
    if starts[-1] + sizes[-1] > len(state.heap):
        return laid_out(state, room, _SPARE)
    clock = state.clock.copy()
    clock[growing, ROOM], clock[growing, START] = room[growing], starts
    _move(state, growing, clock, state.heap)
    return state._replace(clock=clock)


def laid_out(state: JointState, room: NDArray[np.int64], spare: float = 0.0) -> JointState:
    """Return the state with a new heap that has exactly so much room, and a share of it to spare.

    Parameters
    ----------
    state : JointState
    room : ndarray of int64, shape (m,)
        At least that of the members there are.
    spare : float, default=0.0
    """
    sizes = room_for(room)
    clock = state.clock.copy()
    clock[:, ROOM], clock[:, START] = room, np.cumsum(sizes) - sizes
    used = int(sizes.sum())
    heap = np.zeros(used + int(spare * used))
    _move(state, np.flatnonzero(clock[:, MEMBERS]), clock, heap)
    return JointState(state.member, state.course, clock, heap)


def _move(state: JointState, entities: NDArray[np.int64], clock: NDArray[np.int64], heap: NDArray[np.float64]) -> None:
    """Copy what is known of some entities' members to where new clocks say that it lies in a heap."""
    for was, now in zip(state.clock[entities].tolist(), clock[entities].tolist(), strict=True):
        k, before, here = FEATURES * was[MEMBERS], FEATURES * was[ROOM], FEATURES * now[ROOM]
        places = [(line * before, line * here, k) for line in range(LINES)]
        for part in (0, 1):
            of, to = (LINES * each + part * (each * (each + 1) // 2) for each in (before, here))
            places.append((of, to, k * (k + 1) // 2))
        for of, to, length in places:
            source, target = was[START] + of, now[START] + to
            heap[target : target + length] = state.heap[source : source + length]


def packed(state: JointState, n: int, m: int) -> JointState:
    """Return the state of the first ``n`` series and ``m`` entities, with no more room than their members take."""
    first = JointState(state.member[:n].copy(), state.course[:n].copy(), state.clock[:m], state.heap)
    return laid_out(first, first.clock[:, MEMBERS])


def is_packed(state: JointState, owner: NDArray[np.int64]) -> bool:
    """Return whether a packed state is one that points can have left: no index in it may lead the kernel astray.

    Parameters
    ----------
    state : JointState
    owner : ndarray of int64, shape (n,)
        The entity of each series.
    """
    clock, members = state.clock, state.clock[:, MEMBERS]
    if not ((members >= 0) & (members <= MOST_MEMBERS) & (clock[:, ROOM] == members)).all():
        return False
    sizes = room_for(members)
    starts = np.cumsum(sizes) - sizes
    if not np.array_equal(clock[:, START], starts) or len(state.heap) != sizes.sum():
        return False
    held = np.flatnonzero(state.member >= 0)
    places = sorted(zip(owner[held].tolist(), state.member[held].tolist(), strict=True))
    wanted = [(entity, member) for entity, count in enumerate(members.tolist()) for member in range(count)]
    is_counted = (clock[:, (SEEN, EXPECTED, JUDGED, SINCE_FIT)] >= 0).all() and np.isin(
        clock[:, IS_SETTLED], (0, 1)
    ).all()
    return (
        places == wanted
        and bool(is_counted)
        and all(
            _has_root(state.heap[begin:], FEATURES * count)
            for begin, count in zip(starts.tolist(), members.tolist(), strict=True)
        )
    )


def _has_root(chunk: NDArray[np.float64], k: int) -> bool:
    """Return whether spreads are not below 0, and the root's diagonal is above."""
    ends = np.cumsum(np.arange(1, k + 1))
    root = chunk[LINES * k + k * (k + 1) // 2 :]
    return bool((chunk[3 * k : 4 * k] >= 0.0).all() and (root[ends - 1] > 0.0).all())
