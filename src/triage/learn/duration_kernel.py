"""Tells how an incident's wait may end, from its features to hours, in one pass. Makes no arrays of its own."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.learn.row_kernel import add_weighted
from triage.learn.tree_kernel import Nodes, score_rows
from triage.learn.waits import HOURS_A_WEEK

__all__ = ["LAST", "Course", "Told", "WaitRoom", "ended_by", "fill_course", "quantile", "tell_quantiles"]

# How many stretches the chance beyond the last edge is taken from.
LAST = 2
# A chance an hour: an end in ten years, so that every quantile is finite.
_LEAST_RATE = 1e-5
_LEAST_LEFT = 1e-12


class Told(NamedTuple):
    """What is learnt about how long incidents take; see :class:`triage.learn.duration.DurationModel`."""

    edges: NDArray[np.float64]
    weights: NDArray[np.float32]
    intercept: NDArray[np.float64]
    nodes: Nodes
    sums: NDArray[np.float64]
    said: NDArray[np.float64]
    true: NDArray[np.float64]


class Course(NamedTuple):
    """How one incident's wait may end; see :class:`triage.learn.duration.Curve`."""

    edges: NDArray[np.float64]
    share: NDArray[np.float64]
    rate: float
    said: NDArray[np.float64]
    true: NDArray[np.float64]


class WaitRoom(NamedTuple):
    """Room for one incident.

    Parameters
    ----------
    scores : ndarray of float64 of shape (n_marks,)
    stretches : ndarray of float64 of shape (n_bins, 2 + n_marks)
        What the trees read.
    log_odds : ndarray of float64 of shape (n_bins,)
        That each stretch ends the wait.
    share : ndarray of float64 of shape (n_bins + 1,)
        The chance that it has ended by each edge.
    """

    scores: NDArray[np.float64]
    stretches: NDArray[np.float64]
    log_odds: NDArray[np.float64]
    share: NDArray[np.float64]


@compiled
def tell_quantiles(
    told: Told,
    row: tuple[NDArray[np.int32], NDArray[np.float64]],
    moments: tuple[float, float],
    levels: NDArray[np.float64],
    room: WaitRoom,
    hours: NDArray[np.float64],
) -> None:
    """Fill in the hours from opening within which it is resolved with each of the probabilities.

    Parameters
    ----------
    told : Told
    row : tuple of ndarray of int32 and ndarray of float64
        Its features.
    moments : tuple of float and float
        When it was opened, in hours since a Monday, 0:00 UTC (NaN: not known), and hours since then after which it is
        known to be open still.
    levels : ndarray of float64 of shape (n_levels,)
    room : WaitRoom
    hours : ndarray of float64 of shape (n_levels,)
    """
    for mark in range(len(room.scores)):
        room.scores[mark] = told.intercept[mark]
    add_weighted(told.weights, row[0], row[1], room.scores)
    rate = fill_course(told, moments[0], room)
    course = Course(told.edges, room.share, rate, told.said, told.true)
    for at in range(len(levels)):
        hours[at] = quantile(course, levels[at], moments[1])


@compiled
def fill_course(told: Told, opened: float, room: WaitRoom) -> float:
    """Fill in the chances that the wait has ended by each edge; return the chance an hour beyond the last, above 0.

    Parameters
    ----------
    told : Told
    opened : float
        In hours since a Monday, 0:00 UTC; NaN where not known.
    room : WaitRoom
        Its ``scores`` are read, the rest is filled.
    """
    edges, n_bins = told.edges, len(room.log_odds)
    for stretch in range(n_bins):
        begin, end = opened + edges[stretch], opened + edges[stretch + 1]
        room.stretches[stretch, 0] = stretch
        is_known = opened == opened  # noqa: PLR0124 -- NaN
        busy = (_busy_until(told.sums, end) - _busy_until(told.sums, begin)) / (end - begin) if is_known else 1.0
        room.stretches[stretch, 1] = busy
        for mark in range(len(room.scores)):
            room.stretches[stretch, 2 + mark] = room.scores[mark]
    score_rows(told.nodes, room.stretches, room.log_odds)
    left, log_left = 1.0, 0.0
    room.share[0] = 0.0
    for stretch in range(n_bins):
        chance = 1.0 / (1.0 + math.exp(-room.log_odds[stretch]))
        left *= 1.0 - chance
        room.share[stretch + 1] = 1.0 - left
        if stretch >= n_bins - LAST:
            log_left += math.log1p(-chance)
    return float(max(-log_left / (edges[-1] - edges[-1 - LAST]), _LEAST_RATE))


@compiled
def quantile(course: Course, level: float, waited: float) -> float:
    """Return the hours from opening within which it is resolved with a probability; see `Curve.quantile`."""
    last_edge, last = course.edges[-1], course.share[-1]
    if waited >= last_edge:
        return float(waited - math.log(1.0 - level) / course.rate)
    by_then = ended_by(course, waited) if waited > 0.0 else 0.0
    wanted = _interpolate(by_then + level * (1.0 - by_then), course.true, course.said)
    if wanted >= last:
        # What is left at the last edge runs out evenly.
        return float(last_edge + math.log((1.0 - last) / max(1.0 - wanted, _LEAST_LEFT)) / course.rate)
    return max(_interpolate(wanted, course.share, course.edges), waited)


@compiled
def ended_by(course: Course, hours: float) -> float:
    """Return the chance that it is resolved within so many hours of opening, corrected."""
    last_edge = course.edges[-1]
    if hours > last_edge:
        said = 1.0 - (1.0 - course.share[-1]) * math.exp(-course.rate * (hours - last_edge))
    else:
        said = _interpolate(hours, course.edges, course.share)
    return _interpolate(said, course.said, course.true)


@compiled
def _interpolate(x: float, xs: NDArray[np.float64], ys: NDArray[np.float64]) -> float:
    """Read a line off its knots, level beyond them, as numpy's `interp`."""
    if x <= xs[0]:
        return float(ys[0])
    below, above = 0, len(xs) - 1
    if x >= xs[above]:
        return float(ys[above])
    while above - below > 1:
        middle = (below + above) // 2
        if xs[middle] <= x:
            below = middle
        else:
            above = middle
    return float((ys[above] - ys[below]) / (xs[above] - xs[below]) * (x - xs[below]) + ys[below])


@compiled
def _busy_until(sums: NDArray[np.float64], moment: float) -> float:
    """As :meth:`triage.learn.clock.Clock.between` counts."""
    weeks = math.floor(moment / HOURS_A_WEEK)
    within = moment - weeks * HOURS_A_WEEK
    hour = min(int(within), HOURS_A_WEEK - 1)
    return float(weeks * HOURS_A_WEEK + sums[hour] + (sums[hour + 1] - sums[hour]) * (within - hour))
