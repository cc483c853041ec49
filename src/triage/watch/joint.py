"""The joint state of an entity's series: how far all of them together are from how they usually stand. Kernel only.

Each series gives three features: its value, its distance from a short mean, and that mean's from a longer one, so that
leaps, slopes and states are all directions of one space. The statistic is their Mahalanobis distance there, under a
covariance that shrinks towards independence, learns from every step, and from unusual ones only a little.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled, unsigned
from triage.watch.joint_layout import (
    FEATURES,
    IS_SETTLED,
    JUDGED,
    LINES,
    MEMBER_LONG,
    MEMBER_SHORT,
    MEMBERS,
    ROOM,
    SINCE_FIT,
    START,
    JointState,
)
from triage.watch.scales import least_scale
from triage.watch.state import OPENING

__all__ = ["distance_of", "follow_value", "join", "judge_joint"]

# Points that the means remember. Points, not minutes: hourly and ten-second metrics have precursors of few points too.
# On three sets of servers lengths from half to twice of these did within .02 VUS-PR of one another.
_SHORT_RATE, _LONG_RATE = 1 / 3, 1 / 20
_SLOW_RATE = 1 / 20_000  # of centres, spreads and covariance: ten weeks of five-minute points, two of minutes
_CUT = 30.0  # spreads beyond which a feature moves its centre and spread no more
_FARTHEST = 100.0  # spreads: a metric that was all but constant must not drown the others
_SHRINKAGE = 0.05  # towards independence; .01 to .4 did within .03 VUS-PR of one another
_LEAST_VARIANCE = 0.25
_SETTLED_SHARE = 0.02
_USUAL_MULTIPLE = 3.0  # of the usual squared distance: what is farther teaches in proportion less
_PLAINLY = 48  # judged steps before what is usual is known well enough to weigh by it
_FIT_EVERY, _FIRST_FIT_EVERY = 256, 32


@compiled
def join(state: JointState, row: int, entity: int, level: float, scale: float) -> None:
    """Make a series its entity's last member, while there is room; it is independent of the others, for all one knows.

    Parameters
    ----------
    state : JointState
        Changed in place.
    row, entity : int
        Which series, and whose.
    level, scale : float
        Its usual value and the usual distance from it, as far as they are known.
    """
    clock, heap = state.clock[entity], state.heap
    member = clock[MEMBERS]
    if member >= clock[ROOM]:
        return
    state.member[row] = member
    state.course[row, MEMBER_SHORT] = state.course[row, MEMBER_LONG] = level
    clock[MEMBERS] = member + 1
    k, room = FEATURES * member, FEATURES * clock[ROOM]
    for added in range(FEATURES):
        place = clock[START] + k + added
        heap[place] = heap[place + room] = heap[place + 2 * room] = 0.0
        heap[place + 3 * room] = scale
    heap[clock[START] + 2 * room + k] = level
    triangle = clock[START] + LINES * room
    for _part in range(2):
        for added in range(FEATURES):
            place = triangle + (k + added) * (k + added + 1) // 2
            for column in range(k + added):
                heap[place + column] = 0.0
            heap[place + k + added] = 1.0
        triangle += room * (room + 1) // 2


@compiled
def follow_value(state: JointState, row: int, entity: int, value: float, count: int) -> None:
    """Bring a series' features up to its new value; those of a series that is no member stay as they are.

    Parameters
    ----------
    state : JointState
        Changed in place.
    row, entity : int
        Which series, and whose.
    value : float
    count : int
        Points of the series that came before this one since it joined.
    """
    clock, course = state.clock[entity], state.course[row]
    member = state.member[row]
    if member < 0:
        return
    k, room = FEATURES * member, FEATURES * clock[ROOM]
    begin = clock[START] + k
    centre = state.heap[begin + 2 * room : begin + 2 * room + FEATURES]
    spread = state.heap[begin + 3 * room : begin + 3 * room + FEATURES]
    is_settled = clock[IS_SETTLED] == 1
    # A stray value must not stay in the means for longer than it lasts.
    reach = _FARTHEST * spread[0] if spread[0] > least_scale(centre[0]) else np.inf
    near = min(max(value, centre[0] - reach), centre[0] + reach)
    course[MEMBER_SHORT] += _SHORT_RATE * (near - course[MEMBER_SHORT])
    course[MEMBER_LONG] += _LONG_RATE * (near - course[MEMBER_LONG])
    state.heap[begin] = _standardised(centre, spread, 0, value, count, is_settled)
    state.heap[begin + 1] = _standardised(centre, spread, 1, value - course[MEMBER_SHORT], count, is_settled)
    state.heap[begin + 2] = _standardised(
        centre, spread, 2, course[MEMBER_SHORT] - course[MEMBER_LONG], count, is_settled
    )


@compiled
def distance_of(state: JointState, row: int, entity: int) -> float:
    """Return how many usual spreads a series is from its usual value; 1 where it is no member of the joint state."""
    member = state.member[row]
    if member < 0:
        return 1.0
    return abs(float(state.heap[state.clock[entity, START] + FEATURES * member]))


@compiled
def _standardised(
    centre: NDArray[np.float64], spread: NDArray[np.float64], which: int, feature: float, count: int, is_settled: bool
) -> float:
    """Return a feature in its usual spreads from its usual value; learn both while they are hardly known."""
    off, before, least = feature - centre[which], spread[which], least_scale(centre[which])
    if before <= least:
        # Of a metric that never moved in what the entity was fitted on nobody knows how far it goes: so far is usual.
        spread[which] = abs(off) * (1.0 if is_settled else math.sqrt(max(1.0 / (count + 1.0), _SLOW_RATE)))
        return 0.0
    if count <= _PLAINLY:
        rate = 1.0 / (count + OPENING)
        near = min(max(off, -_CUT * before), _CUT * before)
        centre[which] += rate * near
        spread[which] = before * math.sqrt(1.0 - rate + rate * (near / before) ** 2)
    return float(min(max(off / before, -_FARTHEST), _FARTHEST))


@compiled
def judge_joint(state: JointState, entity: int, usual: float) -> float:
    """Return the log of the mean squared distance of an entity's features as they stand, and learn from them.

    Parameters
    ----------
    state : JointState
        Changed in place.
    entity : int
        Has at least one member.
    usual : float
        What it usually is: a step far above teaches little.
    """
    clock, heap = state.clock[entity], state.heap
    k, room = FEATURES * clock[MEMBERS], FEATURES * clock[ROOM]
    begin, size = clock[START], room * (room + 1) // 2
    z, work = heap[begin : begin + k], heap[begin + room : begin + room + k]
    triangles = begin + LINES * room
    covariance, root = heap[triangles : triangles + size], heap[triangles + size : triangles + 2 * size]
    _solve(root, z, work)
    squares = 0.0
    for line in range(k):
        squares += work[line] * work[line]
    found = math.log(squares / k + 1e-9)
    # As if as many independent steps as there are features had come first.
    rate = max(1.0 / (clock[JUDGED] + k + 1.0), _SLOW_RATE)
    if clock[IS_SETTLED]:
        rate *= _SETTLED_SHARE * min(1.0, _USUAL_MULTIPLE * math.exp(usual - found))
    _learn(covariance, z, k, rate)
    if clock[JUDGED] > _PLAINLY:
        _move(z, heap[begin + 2 * room : begin + 2 * room + k], heap[begin + 3 * room : begin + 3 * room + k], rate)
    clock[JUDGED] += 1
    clock[SINCE_FIT] += 1
    if clock[SINCE_FIT] >= min(max(clock[JUDGED] // 4, _FIRST_FIT_EVERY), _FIT_EVERY):
        clock[SINCE_FIT] = 0
        _fit(covariance, root, k)
    return found


@compiled
def _learn(covariance: NDArray[np.float64], z: NDArray[np.float64], k: int, rate: float) -> None:
    place = 0
    for line in range(k):
        part = rate * z[line]
        for column in range(line + 1):
            covariance[place + column] += part * z[column] - rate * covariance[place + column]
        place += line + 1


@compiled
def _move(z: NDArray[np.float64], centre: NDArray[np.float64], spread: NDArray[np.float64], rate: float) -> None:
    """Move usual values and spreads towards features, by at most `_CUT` spreads."""
    for line in range(len(z)):
        off = min(max(z[line], -_CUT), _CUT)
        centre[line] += rate * off * spread[line]
        spread[line] *= math.sqrt(1.0 - rate + rate * off * off)


@compiled
def _fit(covariance: NDArray[np.float64], root: NDArray[np.float64], k: int) -> None:
    """Set the root to the Cholesky factor of the covariance, shrunk so far that there is one."""
    place = 0
    for line in range(k):
        row = root[place : place + line]
        for column in range(line):
            row[column] = (1.0 - _SHRINKAGE) * covariance[place + column]
        _solve(root, row, row)
        left = max(covariance[place + line], _LEAST_VARIANCE)
        for term in range(line):
            left -= row[term] * row[term]
        root[place + line] = math.sqrt(max(left, 1e-6))
        place += line + 1


@compiled
def _solve(root: NDArray[np.float64], wanted: NDArray[np.float64], found: NDArray[np.float64]) -> None:
    """Find what a root's first lines turn into what is wanted, one after the other; it may take the latter's place.

    Notes
    -----
    Four lines at a time, each of which waits for its own sum only: a third of the time, and the sums are in the order
    that they would be in one after the other.
    """
    k, line = len(wanted), 0
    first, second = 0, 1  # where lines begin in the triangle, the four and then the next
    while line + 3 < k:
        third, fourth = second + line + 2, second + 2 * line + 5
        one, two, three, four = wanted[line], wanted[line + 1], wanted[line + 2], wanted[line + 3]
        for column in range(line):
            each = found[column]
            one -= root[unsigned(first + column)] * each
            two -= root[unsigned(second + column)] * each
            three -= root[unsigned(third + column)] * each
            four -= root[unsigned(fourth + column)] * each
        one /= root[first + line]
        two = (two - root[second + line] * one) / root[second + line + 1]
        three = three - root[third + line] * one - root[third + line + 1] * two
        three /= root[third + line + 2]
        four = four - root[fourth + line] * one - root[fourth + line + 1] * two - root[fourth + line + 2] * three
        four /= root[fourth + line + 3]
        found[line], found[line + 1], found[line + 2], found[line + 3] = one, two, three, four
        line += 4
        first = fourth + line
        second = first + line + 1
    for last in range(line, k):
        left = wanted[last]
        for column in range(last):
            left -= root[first + column] * found[column]
        found[last] = left / root[first + last]
        first += last + 1
