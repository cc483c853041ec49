"""A watcher from history: season, tails and levels learnt, a threshold that fits the budget. Streams nothing new."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from triage.errors import DataError
from triage.watch.budget import Budget
from triage.watch.entities import LEAST_THRESHOLD
from triage.watch.points import Points
from triage.watch.watcher import Watcher

__all__ = ["fit_watcher"]

_SILENT = 1e9  # a threshold that no evidence reaches: history raises no warnings
# Of each entity's history: until then its season and its usual spread are not known well.
_WARM_UP_SHARE = 0.25


def fit_watcher(entity: Sequence[str], metric: Sequence[str], history: Points, budget: Budget) -> Watcher:
    """Return a watcher that has seen the history and warns within the budget from there on.

    Parameters
    ----------
    entity, metric : sequence of str
        The names of series 0, 1, ... of ``history``; each pair once.
    history : Points
        Past points, in the order in which they came.
    budget : Budget

    Returns
    -------
    Watcher
        With a fixed threshold: the one at which the evidence of the past would have peaked as often as the budget
        allows, over all entities, and no lower than `LEAST_THRESHOLD`, about once in 160 steps.

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
    watcher = Watcher(budget, _SILENT)
    rows = watcher.series_of(entity, metric)
    if len(watcher.table) != len(rows):
        raise DataError(f"Each series must be named once. Got {len(rows)} names of {len(watcher.table)} series.")
    entity_score = watcher.handle(history).entity_score
    owners = np.array(watcher.table.owners, dtype=np.int64)[history.series]
    watcher.set_threshold(_threshold(owners, history.time_ns, entity_score, budget))
    return watcher


def _threshold(
    owners: NDArray[np.int64], time_ns: NDArray[np.int64], entity_score: NDArray[np.float64], budget: Budget
) -> float:
    """Return the evidence that the past reached as often as the budget allows.

    Evidence peaks once in a slot of one cool-down; an episode that crosses a slot's edge counts twice, which errs
    on the side of fewer alerts.
    """
    peaks: list[NDArray[np.float64]] = [np.empty(0)]
    allowed = 0.0
    order = np.argsort(owners, kind="stable")
    for mine in np.split(order, np.flatnonzero(np.diff(owners[order])) + 1) if len(order) else ():
        times, scores = time_ns[mine], entity_score[mine]
        begin = times.min() + int(_WARM_UP_SHARE * (times.max() - times.min()))
        is_warm = times >= begin
        slots = (times[is_warm] - begin) // max(budget.cool_down_ns, 1)
        highest = np.zeros(len(np.unique(slots)))
        np.maximum.at(highest, np.unique(slots, return_inverse=True)[1], scores[is_warm])
        peaks.append(highest)
        allowed += budget.alerts * (times.max() - begin) / budget.period_ns
    ordered = np.sort(np.concatenate(peaks))[::-1]
    if not len(ordered):
        return LEAST_THRESHOLD
    # The budget's next peak must stay below: a threshold just above it.
    rank = min(int(allowed), len(ordered) - 1)
    evidence = -np.log10(max(1.0 - ordered[rank], 1e-12))
    return max(float(np.nextafter(evidence, np.inf)), LEAST_THRESHOLD)
