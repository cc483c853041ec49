"""One point's effect on its entity: joint evidence of all its series, and whether a warning opens or closes."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.watch.state import (
    ENTITY_EVIDENCE,
    ENTITY_SCORE,
    IS_QUIET,
    NOW,
    NOW_NS,
    OPEN,
    OPENED_NS,
    PEAK,
    QUIET_NS,
    RAISED,
    SPREAD,
    SQUARES,
    STEPS,
    THRESHOLD,
    USUAL,
    EntityState,
)

__all__ = ["CLOSED", "LEAST_THRESHOLD", "NOTHING", "OPENED", "Pace", "judge_entity", "weigh_entity"]

# What a point did to the entity's warning.
NOTHING, OPENED, CLOSED = 0, 1, 2

_WARM_UP = 24  # steps: before, an entity's usual state is not known well enough to say that something is not
_PLAINLY = 12  # of them: from then on a step teaches no more than _CUT spreads, so that incidents do not become usual
_USUAL_RATE, _CUT = 1 / 2000, 3.0  # a week of five-minute steps
_LEAST_SPREAD = 0.1  # in scales of a series: of an entity that never moves
_DECADES = math.log10(math.e)
_FARTHEST = 20.0  # spreads: once in half a billion steps, beyond which a number of steps tells nobody anything
_TO_DEVIATION = 1.25  # a normal deviate's standard deviation over its mean absolute size
_CLOSING_SHARE = 0.5  # of the threshold: hysteresis
_THRESHOLD_STEP = 0.25  # in decades, up at an alert
_AIMED_SHARE = 0.7  # of the budget: what the moving threshold settles at, so that the hard cap seldom bites
LEAST_THRESHOLD = 2.2  # one in 160 steps: on made-up estates what is more usual was seldom worth a warning


class Pace(NamedTuple):
    """The budget as the kernel needs it, in ns of event time.

    ``is_adaptive`` lets each entity's threshold move until its alerts fit the budget; otherwise it stays as it was set.
    """

    period_ns: int
    cool_down_ns: int
    quiet_ns: int
    is_adaptive: bool


@compiled
def weigh_entity(state: EntityState, row: int, time_ns: int, before: float, after: float) -> int:
    """Let a series' evidence change its entity's; return the event time that passed.

    Parameters
    ----------
    state : EntityState
        Changed in place.
    row : int
        Which entity.
    time_ns : int
        The point's event time; when it is later than the entity's, the step before is over and is learnt from.
    before, after : float
        The series' evidence before and after the point.

    Returns
    -------
    int
        In ns; 0 within a step and at the first point.

    Notes
    -----
    The statistic is the root of the sum of squares, between the largest and the sum: one bad series of many shows and
    so do several that lean at the same time. It counts by its distance from what is usual at this entity, in its usual
    spread there, which corrects for the number of series and for their dependence. The tail is exponential, with that
    mean and deviation: it is heavier than that of a root of squares, and unlike a rank it does not take past
    incidents for usual, nor ends at one in so many steps.
    """
    numbers, clock = state.numbers[row], state.clock[row]
    passed = 0
    if clock[STEPS] == 0:
        clock[STEPS], clock[NOW_NS] = 1, time_ns
    elif time_ns > clock[NOW_NS]:
        passed = time_ns - clock[NOW_NS]
        clock[NOW_NS] = time_ns
        _learn_usual(numbers, clock[STEPS])
        clock[STEPS] += 1
    numbers[SQUARES] = max(numbers[SQUARES] + after * after - before * before, 0.0)
    numbers[NOW] = math.sqrt(numbers[SQUARES])
    spread = max(numbers[SPREAD], _LEAST_SPREAD)
    off = 0.0
    if clock[STEPS] > _WARM_UP:
        off = min(max((numbers[NOW] - numbers[USUAL] + numbers[SPREAD]) / spread, 0.0), _FARTHEST)
    numbers[ENTITY_EVIDENCE] = _DECADES * off
    numbers[ENTITY_SCORE] = 1.0 - math.exp(-off)
    return passed


@compiled
def _learn_usual(numbers: NDArray[np.float64], steps: int) -> None:
    """Move the usual statistic and its spread towards the step that is over."""
    off, size = numbers[NOW] - numbers[USUAL], _TO_DEVIATION * abs(numbers[NOW] - numbers[USUAL])
    if steps > _PLAINLY:
        cut = _CUT * max(numbers[SPREAD], _LEAST_SPREAD)
        off, size = min(max(off, -cut), cut), min(size, cut)
    rate = max(1.0 / steps, _USUAL_RATE)
    numbers[USUAL] += rate * off
    numbers[SPREAD] += rate * (size - numbers[SPREAD])


@compiled
def judge_entity(state: EntityState, row: int, passed_ns: int, pace: Pace) -> int:
    """Open or close the entity's warning; return NOTHING, OPENED or CLOSED.

    Parameters
    ----------
    state : EntityState
        Changed in place.
    row : int
        Which entity.
    passed_ns : int
        Event time since the entity's step before.
    pace : Pace

    Notes
    -----
    A warning opens when the evidence reaches the threshold, none is open, the cool-down since the last one's opening is
    over and the budget of the sliding period is not used up; it closes when the evidence has been below half the
    threshold for a while. At most one warning is open.
    """
    numbers, clock, alerts = state.numbers[row], state.clock[row], state.alerts[row]
    evidence, now_ns = numbers[ENTITY_EVIDENCE], clock[NOW_NS]
    budget = len(alerts)
    if pace.is_adaptive and passed_ns > 0:
        alerts_due = _AIMED_SHARE * budget * passed_ns / pace.period_ns
        numbers[THRESHOLD] = max(numbers[THRESHOLD] - _THRESHOLD_STEP * alerts_due, LEAST_THRESHOLD)
    if clock[OPEN] == 1:
        return _follow(state, row, pace.quiet_ns)
    if evidence < numbers[THRESHOLD]:
        return NOTHING
    raised = clock[RAISED]
    if raised > 0 and now_ns - clock[OPENED_NS] < pace.cool_down_ns:
        return NOTHING
    if raised >= budget and now_ns - alerts[raised % budget] < pace.period_ns:
        return NOTHING
    alerts[raised % budget] = now_ns
    clock[RAISED] = raised + 1
    clock[OPEN], clock[OPENED_NS], clock[IS_QUIET] = 1, now_ns, 0
    numbers[PEAK] = evidence
    if pace.is_adaptive:
        numbers[THRESHOLD] += _THRESHOLD_STEP
    return OPENED


@compiled
def _follow(state: EntityState, row: int, quiet_ns: int) -> int:
    """Follow an open warning: its peak, and whether it has been quiet for long enough to close."""
    numbers, clock = state.numbers[row], state.clock[row]
    numbers[PEAK] = max(numbers[PEAK], numbers[ENTITY_EVIDENCE])
    if numbers[ENTITY_EVIDENCE] >= _CLOSING_SHARE * numbers[THRESHOLD]:
        clock[IS_QUIET] = 0
    elif clock[IS_QUIET] == 0:
        clock[IS_QUIET], clock[QUIET_NS] = 1, clock[NOW_NS]
    elif clock[NOW_NS] - clock[QUIET_NS] >= quiet_ns:
        clock[OPEN] = 0
        return CLOSED
    return NOTHING
