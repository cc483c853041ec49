"""A watcher from history: season, tails and levels learnt, a threshold that fits the budget. Streams nothing new."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from triage.errors import DataError
from triage.watch.alerting import AIMED_SHARE, LEAST_THRESHOLD, openings
from triage.watch.budget import Budget
from triage.watch.points import Points
from triage.watch.regime_fitting import find_regimes
from triage.watch.regimes import RegimeFollower
from triage.watch.table import SeriesTable
from triage.watch.watcher import Watcher
from triage.watch.wear_fitting import find_wear

__all__ = ["fit_watcher"]

_SILENT = 1e9  # a threshold that no evidence reaches: history raises no warnings
_EARLIER = 0.6  # of the points: what thresholds are fitted by; the rest shows how often they would have been reached
_GRID = 0.05  # decades between the thresholds that are tried


def fit_watcher(
    entity: Sequence[str], metric: Sequence[str], history: Points, budget: Budget, zone: str = "UTC"
) -> Watcher:
    """Return a watcher that has seen the history and warns within the budget from there on.

    Parameters
    ----------
    entity, metric : sequence of str
        The names of series 0, 1, ... of ``history``; each pair once.
    history : Points
        Past points, in the order in which they came.
    budget : Budget
    zone : str, default="UTC"
        By whose clocks days go.

    Returns
    -------
    Watcher
        With the threshold, no lower than `LEAST_THRESHOLD`, at which past evidence would have opened as many warnings
        as the budget aims at, over all entities; each entity's moves on from there.

    Raises
    ------
    DataError
        When a pair of names comes twice.
    UsageError
        When ``history`` names series beyond them.

    Examples
    --------
    >>> minutes = np.arange(300) * 60_000_000_000
    >>> history = Points(np.zeros(300, dtype=np.int64), minutes, np.sin(np.arange(300)))
    >>> fit_watcher(["web"], ["cpu"], history, Budget.parse("1/day")).threshold >= 2.2
    True
    """
    table = SeriesTable()
    if len(table.rows_of(entity, metric)) != len(table):
        raise DataError(f"Each series must be named once. Got {len(entity)} names of {len(table)} series.")
    follower = RegimeFollower(find_regimes(entity, metric, history), table)
    if follower.regimes is not None:
        history = history[follower.order_of(history)]
    levelled = Points(history.series, history.time_ns, follower.level(history))
    watcher = Watcher(budget, _SILENT, find_wear(entity, metric, levelled), zone, regimes=follower.regimes)
    watcher.series_of(entity, metric)
    watcher.handle(history)
    watcher.settle()
    trial = Watcher(budget, _SILENT, zone=zone, regimes=follower.regimes)
    watcher.set_threshold(_threshold(trial, (entity, metric), history))
    return watcher


def _threshold(trial: Watcher, names: tuple[Sequence[str], Sequence[str]], history: Points) -> float:
    """Return the evidence from which on the past would have been warned of as often as the budget aims at.

    Notes
    -----
    It is looked for in the later part, by a watcher that was fitted on the earlier part only: by what it has learnt
    from it would be less surprised than it will be.
    """
    trial.series_of(*names)
    is_later = history.time_ns > (np.quantile(history.time_ns, _EARLIER) if len(history) else 0)
    trial.handle(history[np.flatnonzero(~is_later)])
    trial.settle()
    later = history[np.flatnonzero(is_later)]
    evidence = np.hypot(*trial.handle(later).evidence.T)
    owners = np.array(trial.table.owners, dtype=np.int64)[later.series]
    return _as_often(_by_entity(owners, later.time_ns, evidence), trial.budget)


def _by_entity(
    owners: NDArray[np.int64], time_ns: NDArray[np.int64], evidence: NDArray[np.float64]
) -> list[tuple[NDArray[np.int64], NDArray[np.float64]]]:
    """Return each entity's times, rising, and the highest evidence at each."""
    order = np.lexsort((time_ns, owners))
    entity, moment = owners[order], time_ns[order]
    begins = np.flatnonzero((np.diff(entity, prepend=-1) != 0) | (np.diff(moment, prepend=0) != 0))
    highest = np.maximum.reduceat(evidence[order], begins) if len(begins) else evidence
    edges = np.flatnonzero(np.diff(entity[begins])) + 1
    return list(zip(np.split(moment[begins], edges), np.split(highest, edges), strict=True)) if len(begins) else []


def _as_often(past: Sequence[tuple[NDArray[np.int64], NDArray[np.float64]]], budget: Budget) -> float:
    """Return the lowest threshold down to which entities together open no more warnings than the budget aims at."""
    watched_ns = sum(int(time_ns[-1] - time_ns[0]) for time_ns, _ in past)
    allowed = AIMED_SHARE * watched_ns / budget.spacing_ns
    highest = max((float(evidence.max()) for _, evidence in past), default=0.0)
    found = max(float(np.nextafter(highest, np.inf)), LEAST_THRESHOLD)
    for threshold in np.arange(highest, LEAST_THRESHOLD, -_GRID).tolist():
        if sum(openings(time_ns, evidence, threshold, budget) for time_ns, evidence in past) > allowed:
            break
        found = threshold
    return found
