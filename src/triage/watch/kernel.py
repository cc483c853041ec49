"""Runs points through series and entities, strictly in order of arrival, so that batches cannot change an answer."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.watch.entities import NOTHING, OPENED, Pace, judge_entity, weigh_entity
from triage.watch.series import watch_value
from triage.watch.state import ENTITY_SCORE, EVIDENCE, LAST_NS, NOW_NS, PEAK, SCORE, EntityState, Links, SeriesState

__all__ = ["CAUSES", "Answers", "Arrivals", "empty_answers", "watch_points"]

CAUSES = 5  # the most causes that a warning names


class Arrivals(NamedTuple):
    """Points in order of arrival: int64 (n,), int64 (n,), float64 (n,)."""

    series: NDArray[np.int64]
    time_ns: NDArray[np.int64]
    value: NDArray[np.float64]


class Answers(NamedTuple):
    """What the kernel says of each point: (n,), the causes (n, CAUSES).

    It may be used again: every point sets ``score``, ``entity_score`` and ``event`` (NOTHING, OPENED or CLOSED).
    Only where ``event`` is not NOTHING the rest has a meaning: ``event_ns`` and ``peak``, the event time and the
    warning's highest evidence; and where it is OPENED: ``cause``, series by falling evidence (-1 for none), and
    ``share``, their shares of the squares.
    """

    score: NDArray[np.float64]
    entity_score: NDArray[np.float64]
    event: NDArray[np.int64]
    event_ns: NDArray[np.int64]
    peak: NDArray[np.float64]
    cause: NDArray[np.int64]
    share: NDArray[np.float64]


def empty_answers(n: int) -> Answers:
    """Return room for the answers to ``n`` points."""
    return Answers(
        score=np.zeros(n),
        entity_score=np.zeros(n),
        event=np.zeros(n, dtype=np.int64),
        event_ns=np.zeros(n, dtype=np.int64),
        peak=np.zeros(n),
        cause=np.full((n, CAUSES), -1, dtype=np.int64),
        share=np.zeros((n, CAUSES)),
    )


@compiled
def watch_points(
    series: SeriesState, entities: EntityState, links: Links, pace: Pace, points: Arrivals, answers: Answers
) -> None:
    """Answer and learn from points, one after the other.

    Parameters
    ----------
    series, entities : SeriesState, EntityState
        Changed in place.
    links : Links
    pace : Pace
    points : Arrivals
        Series must be rows of ``series``: nothing is checked here.
    answers : Answers
        At least as long as the points; filled in place.
    """
    for point in range(len(points.series)):
        row, time_ns = points.series[point], points.time_ns[point]
        entity = links.entity[row]
        before = series.numbers[row, EVIDENCE]
        answers.score[point], answers.event[point] = 0.0, NOTHING
        if watch_value(series, row, time_ns, points.value[point]):
            passed_ns = weigh_entity(entities, entity, time_ns, before, series.numbers[row, EVIDENCE])
            event = judge_entity(entities, entity, passed_ns, pace)
            answers.score[point] = series.numbers[row, SCORE]
            if event != NOTHING:
                answers.event[point] = event
                answers.event_ns[point] = entities.clock[entity, NOW_NS]
                answers.peak[point] = entities.numbers[entity, PEAK]
            if event == OPENED:
                _rank_causes(series, links, entity, answers.cause[point], answers.share[point])
        elif time_ns == series.clock[row, LAST_NS] and np.isfinite(points.value[point]):
            answers.score[point] = series.numbers[row, SCORE]
        answers.entity_score[point] = entities.numbers[entity, ENTITY_SCORE]


@compiled
def _rank_causes(
    series: SeriesState, links: Links, entity: int, cause: NDArray[np.int64], share: NDArray[np.float64]
) -> None:
    """Rank the entity's series by their part in the sum of squares; of equals the one added later comes first."""
    cause[:], share[:] = -1, 0.0
    total = 0.0
    row = links.first[entity]
    while row >= 0:
        part = series.numbers[row, EVIDENCE] ** 2
        total += part
        slot = CAUSES
        while slot > 0 and part > share[slot - 1]:
            slot -= 1
        for moved in range(CAUSES - 1, slot, -1):
            cause[moved], share[moved] = cause[moved - 1], share[moved - 1]
        if slot < CAUSES:
            cause[slot], share[slot] = row, part
        row = links.following[row]
    if total > 0.0:
        for slot in range(CAUSES):
            share[slot] /= total
