"""When an entity's warning opens and closes: a threshold that finds its level, hysteresis, a budget. Weighs nothing."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.watch.budget import Budget
from triage.watch.entities import WARM_UP
from triage.watch.state import (
    DEBT_NS,
    ENTITY_EVIDENCE,
    IS_QUIET,
    NOW_NS,
    OPEN,
    OPENED_NS,
    PEAK,
    QUIET_NS,
    RAISED,
    STEPS,
    THRESHOLD,
    EntityState,
    empty_entities,
)

__all__ = [
    "AIMED_SHARE",
    "CLOSED",
    "LEAST_THRESHOLD",
    "NOTHING",
    "OPENED",
    "Pace",
    "alerts_at",
    "judge_entity",
    "openings",
]

# What a point did to the entity's warning.
NOTHING, OPENED, CLOSED = 0, 1, 2

LEAST_THRESHOLD = 2.2  # about one in 160 steps: what is more usual is not worth a warning, budget or not
# Of the threshold: hysteresis. On labelled services incidents were lost behind warnings that stayed open at a half;
# from .6 to 1 recall at one alert a day was within .05.
_CLOSING_SHARE = 0.8
_STEP = 0.25  # in decades, up at an alert; .1 to .5 did within .05 recall on three sets of servers and made-up estates
AIMED_SHARE = 0.8  # of the budget: entities differ from their past, and the threshold takes a while to follow
_LEAST_STEP_NS = 10_000_000_000  # series of one entity whose times differ a little do not come more often for that
_FIRST_STEPS = 2  # so many, and the entity is past its first


class Pace(NamedTuple):
    """The budget as the kernel needs it, in ns of event time.

    ``step`` is how far an alert lifts the threshold, and ``least`` how low it may fall.
    """

    period_ns: int
    spacing_ns: int
    most_debt_ns: int
    first_debt_ns: int
    cool_down_ns: int
    quiet_ns: int
    step: float
    least: float

    @classmethod
    def of(cls, budget: Budget) -> Pace:
        """Return a budget's pace."""
        return cls(
            budget.period_ns,
            budget.spacing_ns,
            budget.most_debt_ns,
            budget.first_debt_ns,
            budget.cool_down_ns,
            budget.quiet_ns,
            _STEP,
            LEAST_THRESHOLD,
        )


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
    over and the budget, with what has been saved up, allows one more; it closes when the evidence has been below four
    fifths of the threshold for a while. At most one warning is open.

    The threshold rises by a step at an alert, and falls by as much in the time that the budget aims to have between
    two, no lower than its least: whatever the evidence is like, in the long run there are no more alerts than that.
    This is the online quantile tracking of I. Gibbs and E. Candes, "Adaptive Conformal Inference Under Distribution
    Shift", NeurIPS 2021. It takes as long as some alerts do, so a new entity begins where as many of its steps would
    pass by chance as the budget aims at, by how fast its first ones came: one in 1,150 of a minute at one alert a day.
    It begins with one alert, lest a thousand new ones use up a period's worth each.
    """
    numbers, clock = state.numbers[row], state.clock[row]
    evidence, now_ns = numbers[ENTITY_EVIDENCE], clock[NOW_NS]
    if clock[STEPS] < _FIRST_STEPS:
        clock[DEBT_NS] = pace.most_debt_ns
    elif passed_ns > 0:
        clock[DEBT_NS] = max(clock[DEBT_NS] - passed_ns, 0)
        # A gap says nothing about how many alerts there would have been.
        due = AIMED_SHARE * min(passed_ns, pace.period_ns) / pace.spacing_ns
        numbers[THRESHOLD] = max(numbers[THRESHOLD] - pace.step * due, pace.least)
        if clock[STEPS] == WARM_UP:
            step_ns = max((pace.most_debt_ns - clock[DEBT_NS]) / (WARM_UP - 1), _LEAST_STEP_NS)
            as_often = math.log10(pace.spacing_ns / (AIMED_SHARE * step_ns))
            numbers[THRESHOLD] = max(numbers[THRESHOLD], as_often)
    if clock[OPEN] == 1:
        return _follow(state, row, pace.quiet_ns)
    if evidence < numbers[THRESHOLD] or clock[DEBT_NS] > pace.most_debt_ns:
        return NOTHING
    if clock[RAISED] > 0 and now_ns - clock[OPENED_NS] < pace.cool_down_ns:
        return NOTHING
    clock[DEBT_NS] += pace.spacing_ns
    clock[RAISED] += 1
    clock[OPEN], clock[OPENED_NS], clock[IS_QUIET] = 1, now_ns, 0
    numbers[PEAK] = evidence
    numbers[THRESHOLD] += pace.step
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


def openings(time_ns: NDArray[np.int64], evidence: NDArray[np.float64], threshold: float, budget: Budget) -> int:
    """Count the warnings that an entity's past evidence would have opened at a threshold that stays, without a budget.

    Parameters
    ----------
    time_ns : ndarray of int64, shape (n,)
        Rising.
    evidence : ndarray of float64, shape (n,)
        Of one entity.
    threshold : float
        At least `LEAST_THRESHOLD`.
    budget : Budget
        For the cool-down, and for how long the evidence must stay low.

    Examples
    --------
    >>> openings(np.arange(4) * 3_600_000_000_000, np.array([3.0, 0.0, 0.0, 3.0]), 2.5, Budget.parse("1/day"))
    2
    """
    unlimited = Pace.of(budget)._replace(spacing_ns=1, most_debt_ns=2**62, step=0.0)
    return int(_rehearsed(empty_entities(1, threshold), time_ns, evidence, unlimited).sum())


def alerts_at(
    time_ns: NDArray[np.int64], evidence: NDArray[np.float64], threshold: float, budget: Budget
) -> NDArray[np.bool_]:
    """Return at which times an entity's past evidence would have opened a warning, as live: `judge_entity` says when.

    Parameters
    ----------
    time_ns : ndarray of int64, shape (n,)
        Rising.
    evidence : ndarray of float64, shape (n,)
        Of one entity.
    threshold : float
        To begin with.
    budget : Budget

    Examples
    --------
    >>> alerts_at(np.arange(4) * 3_600_000_000_000, np.array([3.0, 0.0, 0.0, 3.0]), 2.5, Budget.parse("1/day")).tolist()
    [True, False, False, False]
    """
    pace = Pace.of(budget)
    state = empty_entities(1, max(threshold, pace.least))
    state.clock[0, DEBT_NS] = pace.first_debt_ns
    return _rehearsed(state, time_ns, evidence, pace)


def _rehearsed(
    state: EntityState, time_ns: NDArray[np.int64], evidence: NDArray[np.float64], pace: Pace
) -> NDArray[np.bool_]:
    state.clock[0, STEPS] = _FIRST_STEPS
    is_opened = np.zeros(len(time_ns), dtype=np.bool_)
    _rehearse(state, pace, time_ns, evidence, is_opened)
    return is_opened


@compiled
def _rehearse(
    state: EntityState,
    pace: Pace,
    time_ns: NDArray[np.int64],
    evidence: NDArray[np.float64],
    is_opened: NDArray[np.bool_],
) -> None:
    for at in range(len(time_ns)):
        passed_ns = time_ns[at] - state.clock[0, NOW_NS] if at > 0 else 0
        state.clock[0, NOW_NS] = time_ns[at]
        state.numbers[0, ENTITY_EVIDENCE] = evidence[at]
        is_opened[at] = judge_entity(state, 0, passed_ns, pace) == OPENED
