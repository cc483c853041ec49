"""What an entity's metrics show at each row that may come before an incident. Looks at nothing later than the row."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from triage.training.metrics import MetricHistory

__all__ = ["OMENS_OF_ALL", "omens_of"]

_Floats = NDArray[np.float64]

_LATELY = 12  # steps in which the watcher's highest evidence counts: an hour of five-minute steps
_SHORT, _MIDDLE, _LONG = 3, 20, 100  # steps that the means remember
_LEAST_SPREAD = 1e-6  # of the usual size: below it a metric counts as constant
_FARTHEST = 50.0  # spreads
OMENS_OF_ALL = 10  # what is said of all metrics together, before what is said of each


def omens_of(history: MetricHistory, metrics: tuple[str, ...], evidence: _Floats) -> _Floats:
    """Return the features of each row.

    Parameters
    ----------
    history : MetricHistory
    metrics : tuple of str
        Those that have columns of their own, in their order; all count in what is said of all together.
    evidence : ndarray of float64 of shape (n_rows, 2)
        A watcher's; see `RowAnswers`.

    Returns
    -------
    ndarray of float64 of shape (n_rows, 10 + 4 n_metrics)
        NaN where a metric has not been seen. Of each metric its short mean, and in its spread so far the distances of
        the short mean from the mean of all before, from the middle mean, and of that from the long one.

    Notes
    -----
    A row of a wide file is a step, and its own samples count; a repeat of its time does not. A long file has a row a
    sample, and nobody knows whether another of the same time follows: there a row is answered by what was known before
    its time.
    """
    names = tuple(dict.fromkeys((*metrics, *history.metrics)))
    is_wide = len(np.unique(history.row_of_point)) < len(history) or len(history.metrics) == 1
    order = np.lexsort((np.arange(history.n_rows), history.time_ns_of_row, history.entity_of_row))
    entity, time_ns = history.entity_of_row[order], history.time_ns_of_row[order]
    begins = np.ones(len(order), dtype=bool)
    begins[1:] = (np.diff(entity) != 0) | (np.diff(time_ns) != 0)
    step_of_sorted = np.cumsum(begins) - 1
    step_of_row = np.empty(len(order), dtype=np.int64)
    step_of_row[order] = step_of_sorted
    values = np.full((int(begins.sum()), len(names)), np.nan)
    column = np.array([names.index(metric) for _, metric in history.series], dtype=np.int64)
    finite = np.isfinite(history.value)
    if is_wide:
        finite &= np.isin(history.row_of_point, order[begins])
    steps = step_of_row[history.row_of_point[finite]]
    values[steps, column[history.series_of_point[finite]]] = history.value[finite]
    owner = entity[begins]
    shown = np.zeros((len(values), 2))
    np.maximum.at(shown, step_of_row, evidence)
    lately = pd.DataFrame(shown).groupby(owner).rolling(_LATELY, min_periods=1).max().to_numpy()
    found = np.concatenate([_of_entity(values[owner == each], len(metrics)) for each in np.unique(owner)])
    found = np.column_stack([shown, lately, found])
    if not is_wide:
        found[1:] = np.where((owner[1:] == owner[:-1])[:, None], found[:-1], np.nan)
        found[:1] = np.nan
    return np.asarray(found[step_of_row], dtype=np.float64)


def _of_entity(values: _Floats, n_named: int) -> _Floats:
    """Return the features of one entity's steps."""
    frame = pd.DataFrame(values).ffill()
    short, middle, long = (frame.ewm(alpha=1 / steps).mean().to_numpy() for steps in (_SHORT, _MIDDLE, _LONG))
    known = frame.notna().to_numpy()
    filled = np.where(known, frame.to_numpy(), 0.0)
    first = np.where(known.any(axis=0), filled[np.argmax(known, axis=0), np.arange(filled.shape[1])], 0.0)
    centred = np.where(known, filled - first, 0.0)
    count = np.maximum(np.cumsum(known, axis=0), 1)
    mean = np.cumsum(centred, axis=0) / count
    spread = np.sqrt(np.maximum(np.cumsum(centred**2, axis=0) / count - mean**2, 0.0))
    spread = np.maximum(spread, _LEAST_SPREAD * (np.abs(first) + np.abs(mean)) + 1e-300)
    far, rise, drift = (
        np.clip(np.where(known, each / spread, np.nan), -_FARTHEST, _FARTHEST)
        for each in (short - first - mean, short - middle, middle - long)
    )
    together = [part for each in (far, rise, drift) for part in _largest_and_mean(np.abs(each))]
    own = [each[:, :n_named] for each in (short, far, rise, drift)]
    return np.column_stack([*together, *own])


def _largest_and_mean(sizes: _Floats) -> tuple[_Floats, _Floats]:
    count = np.maximum(np.isfinite(sizes).sum(axis=1), 1)
    filled = np.nan_to_num(sizes)
    return filled.max(axis=1), filled.sum(axis=1) / count
