"""Warnings by the probability of an incident, within the budget: opened and closed as those by evidence are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.watch.alerting import NOTHING, Pace, judge_entity
from triage.watch.budget import Budget
from triage.watch.state import ENTITY_EVIDENCE, NOW_NS, PEAK, STEPS, EntityState

__all__ = ["follow_probabilities", "steady_pace"]


def steady_pace(budget: Budget) -> Pace:
    """Return a budget's pace for thresholds that stay where they were set."""
    return Pace.of(budget)._replace(step=0.0, least=0.0)


@compiled
def follow_probabilities(
    state: EntityState,
    pace: Pace,
    points: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]],
    said: NDArray[np.float64],
    found: tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]],
) -> None:
    """Open and close warnings, point by point.

    Parameters
    ----------
    state : EntityState
        Changed in place; its evidence is the probability.
    pace : Pace
    points : tuple of ndarray
        Entity, event time in ns, and whether something was said after the point.
    said : ndarray of float64
        The probabilities, of those points only.
    found : tuple of ndarray
        Filled in place: the probability of the point's entity that was said last, 0 before the first; NOTHING, OPENED
        or CLOSED; and where it is not NOTHING the event time and the highest probability of the warning.
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
        probability[point] = state.numbers[entity, ENTITY_EVIDENCE] = said[place]
        place += 1
        event[point] = judge_entity(state, entity, passed_ns, pace)
        if event[point] != NOTHING:
            event_ns[point] = clock[NOW_NS]
            peak[point] = state.numbers[entity, PEAK]
