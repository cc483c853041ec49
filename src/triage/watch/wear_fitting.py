"""Which metrics wear out: those that move one way over the lives of entities that are over. Needs no incident."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled
from triage.watch.points import Points
from triage.watch.series import LARGEST
from triage.watch.wear import EARLY_POINTS, PART, WearState, empty_wear, follow_wear

__all__ = ["LEAST_LIVES", "find_wear"]

LEAST_LIVES = 10
_MOST_LIVES = 500  # more say no more; taken evenly
_OVER = 0.1  # an entity that is silent for so much of its life before the history ends has ended itself
_LEAST_SHARE = 0.5  # of the entities: where few end, the others are not like them
_LEAST_POINTS = 3 * EARLY_POINTS  # of a life that says which way it went
# Of the rank correlation with age in the later half of life, in the mean over lives: drifts and seasons that lives have
# by chance stay below, and so does what only warms up.
_LEAST_CORRELATION = 0.5
_COUNTER_SHARE = 0.9  # of a series' changes: what goes one way so often counts something, and is no state to wear out

_Floats = NDArray[np.float64]


def find_wear(entity: Sequence[str], metric: Sequence[str], history: Points) -> dict[str, float]:
    """Return what a metric's distance from a series' early life is worth, for each metric that wears out.

    Parameters
    ----------
    entity, metric : sequence of str
        The names of series 0, 1, ... of ``history``.
    history : Points
        In any order.

    Returns
    -------
    dict of str to float
        Negative where lower is worse. Empty unless at least half of the entities, and `LEAST_LIVES`, ended before the
        history did: machines that run until they fail, not servers that are watched for a while.

    Notes
    -----
    A metric's weight is its mean rank correlation with age, in the later half of life, over its usual distance in early
    life; all are scaled so that their sum over an entity's metrics has a mean square of 1 just after early life.
    Counters are left out.
    """
    names, owners = np.unique(np.array(entity, dtype=object).astype(str), return_inverse=True)
    lives = _lives(len(names), owners, history)
    if not len(lives):
        return {}
    order = np.lexsort((history.time_ns, history.series))
    order = order[np.abs(history.value[order]) <= LARGEST]
    edges = np.flatnonzero(np.diff(history.series[order])) + 1
    correlations: dict[str, list[float]] = defaultdict(list)
    spreads: dict[str, list[float]] = defaultdict(list)
    early: dict[tuple[int, str], _Floats] = {}
    for mine in np.split(order, edges) if len(order) else ():
        row = int(history.series[mine[0]])
        if owners[row] not in lives or len(mine) < _LEAST_POINTS:
            continue
        value = history.value[mine]
        spread = float(value[:EARLY_POINTS].std())
        moved = _course_of(value, spread)
        correlations[metric[row]].append(0.0 if _is_counter(value) else _with_age(moved[len(moved) // 2 :]))
        spreads[metric[row]].append(spread)
        early[int(owners[row]), metric[row]] = spread * moved[EARLY_POINTS : 2 * EARLY_POINTS]
    weights = {name: _weight(np.array(found), spreads[name]) for name, found in correlations.items()}
    weights = {name: weight for name, weight in weights.items() if weight != 0.0}
    sums: dict[int, _Floats] = defaultdict(lambda: np.zeros(EARLY_POINTS))
    for (owner, name), moved in early.items():
        sums[owner] += weights.get(name, 0.0) * moved
    usual = float(np.sqrt(np.mean([each**2 for each in sums.values()]))) if sums else 0.0
    return {name: weight / usual for name, weight in weights.items()} if usual > 0.0 else {}


def _lives(n: int, owners: NDArray[np.int64], history: Points) -> set[int]:
    """Return the entities that ended before the history did; none where they are few."""
    first, last = np.full(n, 2**62), np.full(n, -(2**62))
    np.minimum.at(first, owners[history.series], history.time_ns)
    np.maximum.at(last, owners[history.series], history.time_ns)
    over = np.flatnonzero(history.time_ns.max(initial=-(2**62)) - last > _OVER * (last - first).astype(float))
    over = over[last[over] > first[over]]
    if len(over) < max(LEAST_LIVES, _LEAST_SHARE * n):
        return set()
    return set(over[np.unique(np.linspace(0, len(over) - 1, min(len(over), _MOST_LIVES)).astype(int))].tolist())


def _course_of(value: _Floats, spread: float) -> _Floats:
    """Return how far the recent values are from the early ones, in spreads, point by point."""
    moved = np.zeros(len(value))
    if spread > 0.0:
        _follow_all(empty_wear(np.array([1.0 / spread])), value, moved)
    return moved


@compiled
def _follow_all(state: WearState, value: _Floats, moved: _Floats) -> None:
    for at in range(len(value)):
        follow_wear(state, 0, value[at], at + 1)
        moved[at] = state.course[0, PART]


def _is_counter(value: _Floats) -> bool:
    """Return whether nearly all of a series' changes go one way."""
    changes = np.sign(np.diff(value))
    return abs(float(changes.sum())) > (2.0 * _COUNTER_SHARE - 1.0) * max(float(np.abs(changes).sum()), 1.0)


def _with_age(moved: _Floats) -> float:
    """Return the rank correlation (Spearman's, ties in order) of the distances from early life with age."""
    if not moved.any():
        return 0.0
    ranks = np.argsort(np.argsort(moved, kind="stable"), kind="stable")
    return float(np.corrcoef(ranks, np.arange(len(moved)))[0, 1])


def _weight(correlation: _Floats, spreads: list[float]) -> float:
    mean, usual = float(correlation.mean()), float(np.median(spreads))
    if len(correlation) < LEAST_LIVES or abs(mean) < _LEAST_CORRELATION or usual <= 0.0:
        return 0.0
    return mean / usual
