"""Where the joint states of entities lie: each has a chunk of one heap, with room for its members. Computes nothing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "EXPECTED",
    "FEATURES",
    "IS_SETTLED",
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
MOST_MEMBERS = (
    40  # series of an entity in its joint state, the first to send eight points: the work grows with the square
)

# Columns of JointState.course.
MEMBER_SHORT, MEMBER_LONG = 0, 1
COURSE_NUMBERS = 2

# Columns of JointState.clock.
MEMBERS, SEEN, EXPECTED, JUDGED, SINCE_FIT, START, ROOM, IS_SETTLED = 0, 1, 2, 3, 4, 5, 6, 7
JOINT_CLOCK = 8

LINES = 4  # of a chunk before its triangles: features, work, centres, spreads


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


def room_for(members: int) -> int:
    """Return how many numbers of the heap so many members take."""
    k = FEATURES * members
    return LINES * k + k * (k + 1)


def with_room(state: JointState, members: NDArray[np.int64]) -> JointState:
    """Return the state with room for so many members at each entity, at least; what is there keeps its bits.

    Parameters
    ----------
    state : JointState
    members : ndarray of int64, shape (m,)
        At most `MOST_MEMBERS` are given room.
    """
    room = np.maximum(np.minimum(members, MOST_MEMBERS), state.clock[:, ROOM])
    return state if np.array_equal(room, state.clock[:, ROOM]) else laid_out(state, room)


def laid_out(state: JointState, room: NDArray[np.int64]) -> JointState:
    """Return the state with a new heap that has exactly so much room, at least that of the members there are."""
    starts = np.concatenate([[0], np.cumsum([room_for(each) for each in room.tolist()])]).astype(np.int64)
    heap = np.zeros(int(starts[-1]))
    for entity, (begin, clock) in enumerate(zip(starts[:-1].tolist(), state.clock, strict=True)):
        k, here, before = (FEATURES * int(each) for each in (clock[MEMBERS], room[entity], clock[ROOM]))
        old, size = int(clock[START]), k * (k + 1) // 2
        places = [(line * here, line * before, k) for line in range(LINES)]
        for part in (0, 1):
            to, of = (LINES * each + part * (each * (each + 1) // 2) for each in (here, before))
            places.append((to, of, size))
        for to, of, length in places:
            heap[begin + to : begin + to + length] = state.heap[old + of : old + of + length]
    clock = state.clock.copy()
    clock[:, ROOM], clock[:, START] = room, starts[:-1]
    return JointState(state.member, state.course, clock, heap)


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
    sizes = np.array([room_for(each) for each in members.tolist()], dtype=np.int64)
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
