"""A history through a watcher by event time, and what it says of each row. Nothing later than a row is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from triage.domain import Cause, EarlyWarning
from triage.foresight.forewarning import StreamingWatcher
from triage.measure.warnings import Alerts
from triage.training.metrics import MetricHistory
from triage.watch.points import Points

__all__ = ["RowAnswers", "to_points", "watch_history"]

_Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class RowAnswers:
    """What was said of each row, in the rows' own order.

    Parameters
    ----------
    score : ndarray of float64 of shape (n_rows,)
        In [0, 1]; higher is worse. Of an entity with one metric so far the series' score, of one with several the
        entity's. A row without samples repeats its entity's last score, or is 0 before the first.
    entity_score : ndarray of float64 of shape (n_rows,)
        The entity's in any case, on which warnings rest.
    alert : ndarray of bool of shape (n_rows,)
        Whether a warning was opened at this row.
    causes : mapping of int to tuple of Cause
        Of the rows with an alert.
    alerts : Alerts
        The alerts by entity and event time; entities by their position in the history.
    warnings : tuple of EarlyWarning
        Those opened here, in the order of their opening, as they stand at the end: closed, or open with their highest
        score so far.
    probability : ndarray of float64 of shape (n_rows,) or None
        That an incident begins within the horizon, in [0, 1], as known after the row; NaN where nothing is said, None
        without an early-warning model.
    stopped : tuple of EarlyWarning
        Those of the warnings that no row is marked with, as their entities sent nothing.
    """

    score: NDArray[np.float64]
    entity_score: NDArray[np.float64]
    alert: NDArray[np.bool_]
    causes: Mapping[int, tuple[Cause, ...]]
    alerts: Alerts
    warnings: tuple[EarlyWarning, ...]
    probability: NDArray[np.float64] | None = None
    stopped: tuple[EarlyWarning, ...] = ()

    def spread(self, kept: NDArray[np.bool_]) -> RowAnswers:
        """Return answers to all rows of a history from those to some of them; the others have a score of 0.

        Parameters
        ----------
        kept : ndarray of bool of shape (n_rows,)
            Which rows these are the answers to.
        """
        at = np.flatnonzero(kept)
        score, entity_score, alert = np.zeros(len(kept)), np.zeros(len(kept)), np.zeros(len(kept), dtype=bool)
        score[at], entity_score[at], alert[at] = self.score, self.entity_score, self.alert
        causes = {int(at[row]): found for row, found in self.causes.items()}
        probability = self.probability
        if probability is not None:
            probability = np.full(len(kept), np.nan)
            probability[at] = self.probability
        return replace(
            self, score=score, entity_score=entity_score, alert=alert, causes=causes, probability=probability
        )


def to_points(watcher: StreamingWatcher, history: MetricHistory) -> tuple[Points, _Ints]:
    """Return a history's samples as a watcher takes them, and their positions in the history.

    The history's new series are added to the watcher. Samples come by event time, those of one time as they came or as
    the watcher wants them.
    """
    rows = watcher.series_of([entity for entity, _ in history.series], [metric for _, metric in history.series])
    points = Points(rows[history.series_of_point], history.time_ns, history.value)
    order = watcher.order_of(points)
    return points[order], order


def watch_history(watcher: StreamingWatcher, history: MetricHistory) -> RowAnswers:
    """Send a history through a watcher by event time; rows of the same time keep their order.

    Parameters
    ----------
    watcher : Watcher or Forewarner
        Goes on from where it is, and has seen the history afterwards.
    history : MetricHistory

    Returns
    -------
    RowAnswers
        Unchanged by whatever happens later than a row.
    """
    known: dict[str, set[str]] = {}
    for owner, metric in zip(watcher.table.owners, watcher.table.metrics, strict=True):
        known.setdefault(watcher.table.entities[owner], set()).add(metric)
    points, order = to_points(watcher, history)
    watched = watcher.handle(points)
    score, entity_score = np.empty(len(history)), np.empty(len(history))
    entity_score[order] = watched.entity_score
    score[order] = np.where(_is_single(history, order, known), watched.score, watched.entity_score)
    at_alert = order[watched.alert]
    alert = np.zeros(history.n_rows, dtype=bool)
    alert[history.row_of_point[at_alert]] = True
    causes = {int(history.row_of_point[order[at]]): found for at, found in watched.causes.items()}
    alerts = Alerts(history.entity_of_point[at_alert], history.time_ns[at_alert])
    noted = tuple(note.warning for note in watched.notes)
    without_row: set[str] = set()
    for note in watched.notes:
        row = int(history.row_of_point[order[note.place]])
        if note.warning.closed_at is not None:
            continue
        if history.entities[history.entity_of_row[row]] == note.warning.entity:
            alert[row] = True
            causes.setdefault(row, note.warning.causes)
        else:
            without_row.add(note.warning.id)
    latest = {one.id: one for one in (*watched.opened, *watched.closed, *watcher.open_warnings, *noted)}
    begun = (*watched.opened, *(one for one in noted if one.closed_at is None))
    warnings = tuple(latest[one.id] for one in sorted(begun, key=lambda one: one.opened_at))
    probability = None
    if watched.probability is not None:
        by_point = np.empty(len(history))
        by_point[order] = watched.probability
        probability = _by_row(history, by_point)
    stopped = tuple(one for one in warnings if one.id in without_row)
    return RowAnswers(
        _by_row(history, score), _by_row(history, entity_score), alert, causes, alerts, warnings, probability, stopped
    )


def _is_single(history: MetricHistory, order: _Ints, known: Mapping[str, set[str]]) -> NDArray[np.bool_]:
    """Return for each sample, in time order, whether its entity has had no other metric up to it."""
    first_seen = np.full(len(history.series), len(order), dtype=np.int64)
    seen, where = np.unique(history.series_of_point[order], return_index=True)
    first_seen[seen] = where
    metrics = {entity: set(known.get(entity, ())) for entity in history.entities}
    second_at = dict.fromkeys(history.entities, len(order))
    for series in np.argsort(first_seen, kind="stable").tolist():
        entity, metric = history.series[series]
        metrics[entity].add(metric)
        if len(metrics[entity]) > 1:
            second_at[entity] = min(second_at[entity], int(first_seen[series]))
    second = np.array(list(second_at.values()), dtype=np.int64)
    return np.arange(len(order)) < second[history.entity_of_point[order]]


def _by_row(history: MetricHistory, score: NDArray[np.float64]) -> NDArray[np.float64]:
    by_row = np.full(history.n_rows, np.nan)
    by_row[history.row_of_point] = score  # of a row's samples the last one stays
    if np.isnan(by_row).any():
        order = np.argsort(history.time_ns_of_row, kind="stable")
        filled = pd.Series(by_row[order]).groupby(history.entity_of_row[order]).ffill().fillna(0.0)
        by_row[order] = filled.to_numpy()
    return by_row
