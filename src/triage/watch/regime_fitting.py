"""Which operating regimes the entities of a history are run in, and which metrics tell. Needs no incident and no names.

A regime is told by metrics that take a few values only, to and fro, and it matters where these values explain nearly
all of what the other metrics do.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from triage.watch.points import Points
from triage.watch.regimes import Regimes

__all__ = ["find_regimes"]

_MOST_ENTITIES, _MOST_STEPS, _MOST_METRICS = 100, 1000, 300  # that are looked at; more say no more
_LEAST_STEPS = 300
_LEAST_OTHERS = 2
_MOST_LEVELS, _MOST_REGIMES, _MOST_CONDITIONS = 12, 30, 4
_GAP = 0.02  # of a metric's range, between two of its levels
_LEAST_SHARE = 0.01  # of the steps in a level or a regime; rarer ones are strays
_STRAYS = 0.02
_WITHIN = 1e-3  # of a metric's variance that is left within the levels of one that tells a regime
# Changes a level: what happens once or twice is a fault, or its repair.
_CHANGES = 10
# Of the variance of at least half of the other metrics, which the regimes must explain. In turbofans they explain more
# than .95; on none of the servers at hand anything comes near it, and all stays as it was.
_EXPLAINED = 0.9
_LEAST_EXPLAINED = 0.1  # of a metric's variance: below, it is no matter of regimes
_GAIN = 0.1  # by which a further condition must lower the logarithm of what is left unexplained
_TIE = 0.01  # of the same
_EXACT = 1e-4  # of a metric's variance: what keeps so close to its levels is set, not measured
_LARGEST = 1e30
_MOST_STRETCH = 20.0  # of spreads between regimes: a metric that hardly moves in one is not made to shake there

_Floats = NDArray[np.float64]
_Ints = NDArray[np.int64]


def find_regimes(entity: Sequence[str], metric: Sequence[str], history: Points) -> Regimes | None:
    """Return the regimes in which the entities are run; None where there are none to speak of.

    Parameters
    ----------
    entity, metric : sequence of str
        The names of series 0, 1, ... of ``history``.
    history : Points
        In any order.
    """
    steps = _steps(entity, metric, history)
    if steps is None:
        return None
    metrics, cells, owner = steps
    tried = ((column, _levels(cells[:, column], owner)) for column in range(len(metrics)))
    levels = {column: found for column, found in tried if found is not None}
    varying = [column for column in range(len(metrics)) if _varies(cells[:, column])]
    chosen, regime = _choose(cells, levels, varying)
    others = [column for column in varying if column not in chosen]
    if not chosen or len(others) < _LEAST_OTHERS:
        return None
    if np.median([_explained(cells[:, column], regime) for column in others]) < _EXPLAINED:
        return None
    order = np.argsort(-np.bincount(regime[regime >= 0]), kind="stable")
    regime = np.where(regime >= 0, np.argsort(order)[regime], -1)
    moved = [column for column in varying if _explained(cells[:, column], regime) > _LEAST_EXPLAINED]
    rows = [regime == each for each in range(len(order))]
    centre = np.array([[np.nanmedian(cells[row, column]) for column in chosen] for row in rows])
    level = np.array([[_middle(cells[row, column]) for column in moved] for row in rows])
    spread = np.array([[_spread(cells[row, column]) for column in moved] for row in rows])
    spread = np.where(spread > 0.0, spread, spread[:1])
    spread[:, ~(spread[0] > 0.0)] = 1.0
    spread = np.clip(spread, spread[:1] / _MOST_STRETCH, spread[:1] * _MOST_STRETCH)
    of = np.array(metrics, dtype=object)
    return Regimes(tuple(of[chosen]), centre, tuple(of[moved]), level, spread)


def _steps(entity: Sequence[str], metric: Sequence[str], history: Points) -> tuple[list[str], _Floats, _Ints] | None:
    """Return metrics that most entities have, in the order of the file, their values step by step, and whose steps."""
    names, owners = np.unique(np.array(entity, dtype=object).astype(str), return_inverse=True)
    taken = np.unique(np.linspace(0, len(names) - 1, min(len(names), _MOST_ENTITIES)).astype(int))
    is_taken = np.isin(owners, taken)
    listed = [name for name, is_there in zip(metric, is_taken.tolist(), strict=True) if is_there]
    counts: dict[str, int] = {}
    for name in listed:
        counts[name] = counts.get(name, 0) + 1
    metrics = [name for name, count in counts.items() if 2 * count >= len(taken)][:_MOST_METRICS]
    if len(metrics) <= _LEAST_OTHERS:
        return None
    columns = {name: at for at, name in enumerate(metrics)}
    column = np.array([columns.get(name, -1) for name in metric], dtype=np.int64)
    kept = np.flatnonzero((is_taken & (column >= 0))[history.series] & (np.abs(history.value) <= _LARGEST))
    owner, time_ns = owners[history.series[kept]], history.time_ns[kept]
    order = np.lexsort((time_ns, owner))
    kept, owner, time_ns = kept[order], owner[order], time_ns[order]
    is_new = (np.diff(owner, prepend=-1) != 0) | (np.diff(time_ns, prepend=0) != 0)
    step, first = np.cumsum(is_new) - 1, np.flatnonzero(is_new)
    if len(first) < _LEAST_STEPS:
        return None
    owner_of_step = owner[first]
    place = np.arange(len(first)) - np.searchsorted(owner_of_step, owner_of_step)
    length = np.bincount(owner_of_step, minlength=len(names))[owner_of_step]
    every = -(-length // _MOST_STEPS)
    is_seen = place % every == 0
    cells = np.full((int(is_seen.sum()), len(metrics)), np.nan)
    row_of_step = np.cumsum(is_seen) - 1
    kept, step = kept[is_seen[step]], step[is_seen[step]]
    # Of several values at one time the first one counts, as in a watcher.
    cells[row_of_step[step][::-1], column[history.series[kept]][::-1]] = history.value[kept][::-1]
    return metrics, cells, owner_of_step[is_seen]


def _levels(cells: _Floats, owner: _Ints) -> _Ints | None:
    """Return in which of its levels a metric is at each step, -1 for a stray; None where it has none."""
    there = np.flatnonzero(~np.isnan(cells))
    if len(there) < (1.0 - _STRAYS) * len(cells):
        return None
    order = there[np.argsort(cells[there], kind="stable")]
    value = cells[order]
    low, high = np.quantile(value, [_LEAST_SHARE / 2, 1.0 - _LEAST_SHARE / 2])
    if not high > low:
        return None
    run = np.cumsum(np.diff(value, prepend=value[0]) > _GAP * (high - low))
    sizes = np.bincount(run)
    common = np.flatnonzero(sizes >= _LEAST_SHARE * len(cells))
    if not 2 <= len(common) <= _MOST_LEVELS or sizes[common].sum() < (1.0 - _STRAYS) * len(cells):
        return None
    renamed = np.full(len(sizes), -1)
    renamed[common] = np.arange(len(common))
    level = np.full(len(cells), -1)
    level[order] = renamed[run]
    if 1.0 - _explained(cells, level) > _WITHIN:
        return None
    changes = (np.diff(level) != 0) & (np.diff(owner) == 0) & (level[1:] >= 0) & (level[:-1] >= 0)
    return level if int(changes.sum()) >= _CHANGES * len(common) else None


def _choose(cells: _Floats, levels: dict[int, _Ints], varying: Sequence[int]) -> tuple[list[int], _Ints]:
    """Return the conditions that together explain most, none of them without need, and the regime at each step."""
    chosen: list[int] = []
    regime: _Ints = np.zeros(len(cells), dtype=np.int64)
    while len(chosen) < _MOST_CONDITIONS:
        tried = ((column, _together(regime, level)) for column, level in levels.items() if column not in chosen)
        joined = {column: each for column, each in tried if each is not None}
        gains = {
            column: _gain(cells, (regime, each), [other for other in varying if other not in {column, *chosen}])
            for column, each in joined.items()
        }
        most = max(gains.values(), default=0.0)
        if most < _GAIN:
            break
        # Of those that tell the same, the one that keeps closest to its levels; then the first one of the file.
        alike = [column for column, gain in gains.items() if gain >= most - _TIE]
        column = min(
            alike, key=lambda column: (max(1.0 - _explained(cells[:, column], levels[column]), _EXACT), column)
        )
        chosen.append(column)
        regime = joined[column]
    return chosen, regime


def _together(regime: _Ints, level: _Ints) -> _Ints | None:
    """Return the regimes that two divisions make together, rare ones as strays; None where they are too many."""
    pair = np.where((regime >= 0) & (level >= 0), regime * (level.max() + 1) + level, -1)
    values, joined, counts = np.unique(pair, return_inverse=True, return_counts=True)
    common = (values >= 0) & (counts >= _LEAST_SHARE * len(level))
    if counts[common].sum() < (1.0 - 2 * _STRAYS) * len(level) or common.sum() > _MOST_REGIMES:
        return None
    return np.where(common, np.cumsum(common) - 1, -1)[joined]


def _gain(cells: _Floats, regimes: tuple[_Ints, _Ints], others: Sequence[int]) -> float:
    """Return by how much the second division leaves less unexplained than the first: a mean of logarithms."""
    before, after = (
        [np.log(max(1.0 - _explained(cells[:, column], regime), _WITHIN)) for column in others] for regime in regimes
    )
    return float(np.mean(before) - np.mean(after)) if others else 0.0


def _explained(cells: _Floats, regime: _Ints) -> float:
    """Return the share of the variance that regimes explain."""
    there = ~np.isnan(cells) & (regime >= 0)
    value, of = cells[there] - cells[there].mean() if there.any() else cells[there], regime[there]
    total = float((value**2).sum())
    if not total > 0.0:
        return 0.0
    sizes = np.maximum(np.bincount(of), 1)
    between = float((np.bincount(of, value) ** 2 / sizes).sum())
    return between / total


def _varies(cells: _Floats) -> bool:
    value = cells[~np.isnan(cells)]
    return len(value) > 0 and float(np.ptp(value)) > 1e-9 * float(np.abs(value).max())


def _middle(cells: _Floats) -> float:
    value = cells[~np.isnan(cells)]
    return float(np.median(value)) if len(value) else 0.0


def _spread(cells: _Floats) -> float:
    """Return half of how far the middle two thirds lie apart, or where these are alike, the standard deviation."""
    value = cells[~np.isnan(cells)]
    if not len(value):
        return 0.0
    low, high = np.quantile(value, [0.16, 0.84])
    return float((high - low) / 2 or value.std())
