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
_EARLIER = 0.6  # of the points: what thresholds are fitted by; the rest shows how often they would have been reached
_LEAST_JOINT = 1.0  # a tenth of all steps: no threshold of a joint state is lower
# Of the budget, what the joint states' evidence may use beside the trends'. On made-up estates and two sets of servers
# more of it cost early warnings and brought no more detections.
_JOINT_SHARE = 0.25


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
        With fixed thresholds: those at which the evidence of the past would have peaked as often as the budget allows,
        over all entities; that of trends no lower than `LEAST_THRESHOLD`, about once in 160 steps.

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
    watcher.handle(history)
    watcher.settle()
    trends, joint = _thresholds(entity, metric, history, budget)
    watcher.set_threshold(trends, trends / joint)
    return watcher


def _thresholds(entity: Sequence[str], metric: Sequence[str], history: Points, budget: Budget) -> tuple[float, float]:
    """Return the evidence of trends, and of joint states, that the past reached as often as the budget allows each.

    Notes
    -----
    It is looked for in the later part, by a watcher that was fitted on the earlier part only: by what it has learnt
    from it would be less surprised than it will be.
    """
    trial = Watcher(budget, _SILENT)
    trial.series_of(entity, metric)
    is_later = history.time_ns > (np.quantile(history.time_ns, _EARLIER) if len(history) else 0)
    trial.handle(history[np.flatnonzero(~is_later)])
    trial.settle()
    later = history[np.flatnonzero(is_later)]
    evidence = trial.handle(later).evidence
    owners = np.array(trial.table.owners, dtype=np.int64)[later.series]
    return (
        max(_reached(owners, later.time_ns, evidence[:, 0], budget, 1.0), LEAST_THRESHOLD),
        max(_reached(owners, later.time_ns, evidence[:, 1], budget, _JOINT_SHARE), _LEAST_JOINT),
    )


def _reached(
    owners: NDArray[np.int64], time_ns: NDArray[np.int64], evidence: NDArray[np.float64], budget: Budget, share: float
) -> float:
    """Return the evidence just above that which was reached as often as a share of the budget allows; 0 for nothing.

    Evidence peaks once in a slot of one cool-down; an episode that crosses a slot's edge counts twice, which errs
    on the side of fewer alerts.
    """
    peaks: list[NDArray[np.float64]] = [np.empty(0)]
    allowed = 0.0
    order = np.argsort(owners, kind="stable")
    for mine in np.split(order, np.flatnonzero(np.diff(owners[order])) + 1) if len(order) else ():
        times = time_ns[mine] - time_ns[mine].min()
        slots, slot = np.unique(times // max(budget.cool_down_ns, 1), return_inverse=True)
        highest = np.zeros(len(slots))
        np.maximum.at(highest, slot, evidence[mine])
        peaks.append(highest)
        allowed += share * budget.alerts * times.max() / budget.period_ns
    ordered = np.sort(np.concatenate(peaks))[::-1]
    if not len(ordered):
        return 0.0
    # The budget's next peak must stay below: a threshold just above it.
    return float(np.nextafter(ordered[min(int(allowed), len(ordered) - 1)], np.inf))
