"""One point's effect on its entity: the evidence of all its series together. Opens no warnings."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.watch.state import (
    ENTITY_EVIDENCE,
    ENTITY_SCORE,
    JOINT_EVIDENCE,
    JOINT_SPREAD,
    JOINT_USUAL,
    LASTING,
    NOW,
    NOW_NS,
    ODD_SPREAD,
    ODD_USUAL,
    SPREAD,
    SQUARES,
    STANDING,
    STANDING_SPREAD,
    STANDING_USUAL,
    STEPS,
    SURPRISES,
    TREND_EVIDENCE,
    USUAL,
    WORN,
    EntityState,
)

__all__ = ["WARM_UP", "sum_up", "weigh_entity", "weigh_joint"]

WARM_UP = 24  # steps: before, an entity's usual state is not known well enough to say that something is not
_PLAINLY = 12  # of them: from then on a step teaches no more than _CUT spreads, so that incidents do not become usual
_USUAL_RATE, _CUT = 1 / 2000, 3.0  # a week of five-minute steps
# How an entity stands changes slowly, and more slowly still once it has been fitted: a long incident must stay unusual.
_SLOW_RATE, _SETTLED_RATE = 1 / 20_000, 1 / 1_000_000
_ODD_SHARE = 0.7  # of the series' surprises beside the joint distance; .5 to 1 did within .01 VUS-PR on servers
# Of the trends in how unusual an entity is, for the score: they come first. .2 to .3 did the same, .5 lost on services.
_LEANING_SHARE = 0.2
# A labelled incident lasts longer than what is rare about it. Means over 50 to 200 steps, and .75 to 1.1 of them, did
# within .02 AUC-PR on servers.
_LASTING_RATE, _LASTING_SHARE = 1 / 100, 1.1
# Of wear, whose tail falls with this power: beside it what is unusual now hardly counts once an entity is worn.
_WORN_POWER = 4.0
# Steps lean on one another: of six one tells something new. By a sixth, ordinary series alert in their first two hours
# at .7 of the budget's rate and a leap of 30 scales is found from the 40th step on; by a twentieth, .3 and the 300th.
_INDEPENDENT = 1 / 6
_LEAST_LOG, _LEAST_STANDING = 0.05, 0.25  # spreads of entities that hardly vary
_LEAST_SPREAD = 0.1  # in scales of a series: of an entity that never moves
_DECADES = math.log10(math.e)
_FARTHEST = 20.0  # spreads: once in half a billion steps, beyond which a number of steps tells nobody anything
_TO_DEVIATION = 1.25  # a normal deviate's standard deviation over its mean absolute size


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
        _learn_usual(numbers, (USUAL, SPREAD), numbers[NOW], clock[STEPS], max(1.0 / clock[STEPS], _USUAL_RATE))
        clock[STEPS] += 1
    numbers[SQUARES] = max(numbers[SQUARES] + after * after - before * before, 0.0)
    numbers[NOW] = math.sqrt(numbers[SQUARES])
    return passed


@compiled
def weigh_joint(state: EntityState, row: int, distance: float, judged: int, is_settled: bool) -> None:
    """Let a new judgement of the entity's joint state, and the surprises of its series, change how it stands.

    Parameters
    ----------
    state : EntityState
        Changed in place.
    row : int
        Which entity.
    distance : float
        Logarithm of the joint state's distance.
    judged : int
        How many judgements there have been, this one included.
    is_settled : bool
        Whether the entity has been fitted on its history.

    Notes
    -----
    The joint distance sees what no series shows by itself, and the surprises what is new to a series whatever its size;
    on three sets of servers each found incidents that the other missed. Each counts by its usual spread.
    """
    numbers = state.numbers[row]
    odd = math.log(numbers[SURPRISES] + 1.0)
    rate = _SETTLED_RATE if is_settled else max(1.0 / judged, _SLOW_RATE)
    if judged > WARM_UP:
        standing = (distance - numbers[JOINT_USUAL]) / max(numbers[JOINT_SPREAD], _LEAST_LOG)
        standing += _ODD_SHARE * (odd - numbers[ODD_USUAL]) / max(numbers[ODD_SPREAD], _LEAST_LOG)
        numbers[STANDING] = standing
        lately = max(1.0 / (judged - WARM_UP), _USUAL_RATE)
        _learn_usual(numbers, (STANDING_USUAL, STANDING_SPREAD), standing, judged - WARM_UP, lately)
        unusual = _unusual(numbers, state.clock[row, STEPS])
        numbers[LASTING] += max(1.0 / (judged - WARM_UP), _LASTING_RATE) * (unusual - numbers[LASTING])
    _learn_usual(numbers, (JOINT_USUAL, JOINT_SPREAD), distance, judged, rate)
    _learn_usual(numbers, (ODD_USUAL, ODD_SPREAD), odd, judged, rate)


@compiled
def sum_up(state: EntityState, row: int, judged: int, is_settled: bool) -> None:
    """Set the entity's evidence and its score from all that is known of it now.

    Parameters
    ----------
    state : EntityState
        Changed in place.
    row : int
        Which entity.
    judged : int
        How many judgements of its joint state there have been.
    is_settled : bool
        Whether it has been fitted on its history; else the joint state counts by how much of a week is known, and
        trends by how well their spread is.

    Notes
    -----
    A warning rests on what is new: the trends as they are, and the standing beyond that of the last days. Together they
    are the root of the sum of squares: trends come first where there are precursors, the standing is surer where there
    are none, and where both are raised there is more than noise. The score says how the entity stands against all that
    was usual, now and over the last hundred steps, so that it stays high as long as an incident lasts, and
    how far it has worn out where entities of its kind do.
    """
    numbers = state.numbers[row]
    spread = max(numbers[SPREAD], _LEAST_SPREAD)
    off = odd = 0.0
    if state.clock[row, STEPS] > WARM_UP:
        off = max((numbers[NOW] - numbers[USUAL] + numbers[SPREAD]) / spread, 0.0)
    if judged > 2 * WARM_UP:
        beyond = numbers[STANDING] - numbers[STANDING_USUAL]
        odd = max(beyond / max(numbers[STANDING_SPREAD], _LEAST_STANDING) + 1.0, 0.0)
    known_steps = math.inf if is_settled else float(state.clock[row, STEPS])
    numbers[TREND_EVIDENCE] = _DECADES * _as_far_as_known(min(off, _FARTHEST), known_steps)
    numbers[JOINT_EVIDENCE] = _DECADES * min(odd, _FARTHEST)
    known = 1.0 if is_settled else min(judged * _USUAL_RATE, 1.0)
    numbers[ENTITY_EVIDENCE] = math.sqrt(numbers[TREND_EVIDENCE] ** 2 + (known * numbers[JOINT_EVIDENCE]) ** 2)
    unusual, lasting = _unusual(numbers, state.clock[row, STEPS]), _LASTING_SHARE * numbers[LASTING]
    squares = (unusual * unusual + lasting * lasting) / (1.0 + _LASTING_SHARE**2)
    if numbers[WORN] > 0.0:
        squares += (_WORN_POWER * math.log(1.0 + numbers[WORN])) ** 2
    numbers[ENTITY_SCORE] = 1.0 - math.exp(-math.sqrt(squares))


@compiled
def _as_far_as_known(off: float, steps: float) -> float:
    """Return minus the logarithm of the tail beyond so many spreads, where the spread is that of so many steps.

    Notes
    -----
    Where the mean of an exponential tail is known from n independent values alone, what comes next has Pareto's tail
    with power n (Lomax). Without it, ordinary series passed the least threshold three times too often in their first
    hundred steps, whatever their kind.
    """
    known = steps * _INDEPENDENT
    return known * math.log(1.0 + off / known) if off > 0.0 and known < math.inf else off


@compiled
def _unusual(numbers: NDArray[np.float64], steps: int) -> float:
    """Return how unusual the entity is at this moment, in natural logarithms of a tail probability; 1 is usual."""
    leaning = 0.0
    if steps > WARM_UP:
        leaning = min((numbers[NOW] - numbers[USUAL]) / max(numbers[SPREAD], _LEAST_SPREAD), _FARTHEST)
    return max(float(numbers[STANDING]) + _LEANING_SHARE * leaning + 1.0, 0.0)


@compiled
def _learn_usual(numbers: NDArray[np.float64], where: tuple[int, int], value: float, steps: int, rate: float) -> None:
    """Move a usual value and its spread towards that of a step, once a dozen are known by at most three spreads."""
    usual, spread = where
    off, size = value - numbers[usual], _TO_DEVIATION * abs(value - numbers[usual])
    if steps > _PLAINLY:
        cut = _CUT * max(numbers[spread], _LEAST_SPREAD)
        off, size = min(max(off, -cut), cut), min(size, cut)
    numbers[usual] += rate * off
    numbers[spread] += rate * (size - numbers[spread])
