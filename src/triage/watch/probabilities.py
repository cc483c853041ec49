"""Warnings by how urgent an entity is, within the budget: opened, given again when that grows, and closed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.measure.warnings import COALESCED_NS
from triage.watch.alerting import CLOSED, NOTHING, OPENED, Pace
from triage.watch.budget import Budget
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
)

__all__ = ["RENEWED", "follow_probabilities", "steady_pace"]

RENEWED = 3  # beside NOTHING, OPENED and CLOSED: the open warning gives way to a new one
# Of the urgency from which is warned: hysteresis.
_CLOSING_SHARE = 0.8
# Times the odds at the alert before. On made-up estates every second incident that was missed had been warned of a few
# minutes too early, by a warning that then stayed open: no more than .9 of those with a precursor were warned of in
# time at any number of false alerts, .97 with this, and 1.6 to 2.7 times did within .02.
_GROWTH = 2.0


def steady_pace(budget: Budget, threshold: float) -> Pace:
    """Return a budget's pace for warnings from an urgency on that stays where it was set."""
    return Pace.of(budget)._replace(step=0.0, least=threshold)


@compiled
def follow_probabilities(
    state: EntityState,
    pace: Pace,
    points: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]],
    said: tuple[NDArray[np.float64], NDArray[np.float64]],
    found: tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]],
) -> None:
    """Open and close warnings, point by point, and replace those that say too little by now.

    Parameters
    ----------
    state : EntityState
        Changed in place; its evidence is the probability, and its threshold the urgency of the next alert.
    pace : Pace
        As `steady_pace` gives it.
    points : tuple of ndarray
        Entity, event time in ns, and whether something was said after the point.
    said : tuple of ndarray
        Probability and urgency, both in [0, 1], of those points only.
    found : tuple of ndarray
        Filled in place: the probability of the point's entity that was said last, 0 before the first; NOTHING, OPENED,
        CLOSED or RENEWED; and where it is not NOTHING the event time and the highest probability of the warning, of the
        one that was open before where it is RENEWED.

    Notes
    -----
    A warning opens and closes as the watcher's do, but for its threshold, which stays. An open warning gives way to a
    new one, within the budget, once the odds of the urgency are twice those at its opening: whoever read it was told
    of less than is the matter now. Alerts that follow each other closely are one to whoever is called, so that is
    waited for.
    """
    entities, time_ns, is_said = points
    probability, event, event_ns, peak = found
    place = 0
    for point in range(len(entities)):
        entity = entities[point]
        event[point] = NOTHING
        if not is_said[point]:
            probability[point] = state.numbers[entity, ENTITY_EVIDENCE]
            continue
        clock = state.clock[entity]
        passed_ns = 0
        if clock[STEPS] == 0 or time_ns[point] > clock[NOW_NS]:
            passed_ns = time_ns[point] - clock[NOW_NS] if clock[STEPS] > 0 else 0
            clock[NOW_NS] = time_ns[point]
            clock[STEPS] += 1
        probability[point] = state.numbers[entity, ENTITY_EVIDENCE] = said[0][place]
        before = state.numbers[entity, PEAK]
        event[point] = _judge(state.numbers[entity], clock, said[1][place], passed_ns, pace)
        place += 1
        if event[point] != NOTHING:
            event_ns[point] = clock[NOW_NS]
            peak[point] = before if event[point] == RENEWED else state.numbers[entity, PEAK]


@compiled
def _judge(numbers: NDArray[np.float64], clock: NDArray[np.int64], urgency: float, passed_ns: int, pace: Pace) -> int:
    if clock[RAISED] == 0 and clock[STEPS] < 2:
        clock[DEBT_NS] = pace.first_debt_ns
    elif passed_ns > 0:
        clock[DEBT_NS] = max(clock[DEBT_NS] - passed_ns, 0)
    since_ns = clock[NOW_NS] - clock[OPENED_NS]
    can_alert = urgency >= numbers[THRESHOLD] and clock[DEBT_NS] <= pace.most_debt_ns
    if clock[OPEN] == 1:
        if can_alert and since_ns > COALESCED_NS:
            _raise(numbers, clock, urgency, pace)
            return RENEWED
        return _follow(numbers, clock, urgency, pace)
    if not can_alert or (clock[RAISED] > 0 and since_ns < pace.cool_down_ns):
        return NOTHING
    _raise(numbers, clock, urgency, pace)
    return OPENED


@compiled
def _raise(numbers: NDArray[np.float64], clock: NDArray[np.int64], urgency: float, pace: Pace) -> None:
    clock[DEBT_NS] += pace.spacing_ns
    clock[RAISED] += 1
    clock[OPEN], clock[OPENED_NS], clock[IS_QUIET] = 1, clock[NOW_NS], 0
    numbers[PEAK] = numbers[ENTITY_EVIDENCE]
    numbers[THRESHOLD] = _GROWTH * urgency / (1.0 + (_GROWTH - 1.0) * urgency)


@compiled
def _follow(numbers: NDArray[np.float64], clock: NDArray[np.int64], urgency: float, pace: Pace) -> int:
    """Follow an open warning: its peak, and whether it has been quiet for long enough to close."""
    numbers[PEAK] = max(numbers[PEAK], numbers[ENTITY_EVIDENCE])
    if urgency >= _CLOSING_SHARE * pace.least:
        clock[IS_QUIET] = 0
    elif clock[IS_QUIET] == 0:
        clock[IS_QUIET], clock[QUIET_NS] = 1, clock[NOW_NS]
    elif clock[NOW_NS] - clock[QUIET_NS] >= pace.quiet_ns:
        clock[OPEN] = 0
        numbers[THRESHOLD] = pace.least
        return CLOSED
    return NOTHING
