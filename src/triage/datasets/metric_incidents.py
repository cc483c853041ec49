"""A file of metric incidents → which entity was in trouble, from when to when. Nothing else of it is read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from triage.datasets.metric_times import EventTimes, read_event_times
from triage.datasets.metrics import MetricOptions
from triage.datasets.table import Table, listed, row_problems
from triage.errors import DataError, Problem, UsageError
from triage.training.metrics import MetricIncidents

__all__ = ["to_metric_incidents"]

_ENTITY_NAMES = ("entity",)
_OPENED_NAMES = ("opened_at", "start")
_ENDED_NAMES = ("resolved_at", "end")
_ID_NAMES = ("id",)


def to_metric_incidents(table: Table, options: MetricOptions) -> MetricIncidents:
    """Read ``entity``, ``opened_at`` or ``start``, and where they are there ``resolved_at`` or ``end``, and ``id``.

    Parameters
    ----------
    table : Table
    options : MetricOptions
        As the metrics were read: a step must be as long here as there.

    Returns
    -------
    MetricIncidents
        In the file's order; an incident without identifier is called by its row.

    Raises
    ------
    UsageError
        A column is missing.
    DataError
        Missing entities, times that cannot be read, an end before its begin: all that apply, with their rows.
    """
    entity = _require(table, _ENTITY_NAMES)
    opened = _require(table, _OPENED_NAMES)
    ended, id_ = _find(table, _ENDED_NAMES), _find(table, _ID_NAMES)
    begin = read_event_times(table, opened, options.tz, options.step_ns)
    end = _ends(table, ended, options) if ended else EventTimes(np.full(len(table), -1), None, ())
    names = table.labels(entity)
    problems: list[Problem] = [*table.problems, *begin.problems, *end.problems]
    problems += row_problems("has no entity; fill it in, or remove the rows.", entity, table, pd.isna(names))
    if not problems:
        backwards = (end.time_ns >= 0) & (end.time_ns < begin.time_ns)
        problems += row_problems("ends before it begins.", str(ended), table, backwards)
    if problems:
        raise DataError(f"{table.path} cannot be read as incidents of metrics.", problems)
    ids = [f"row-{row}" for row in table.rows.tolist()]
    if id_ is not None:
        ids = [given or by_row for given, by_row in zip(table.labels(id_).tolist(), ids, strict=True)]
    return MetricIncidents(table.name, tuple(names.tolist()), begin.time_ns, end.time_ns, tuple(ids))


def _find(table: Table, names: Sequence[str]) -> str | None:
    there = {column.strip().casefold(): column for column in reversed(table.columns)}
    return next((there[name] for name in names if name in there), None)


def _require(table: Table, names: Sequence[str]) -> str:
    found = _find(table, names)
    if found is None:
        wanted = " or ".join(repr(name) for name in names)
        raise UsageError(
            f"{table.path.name} has no column {wanted}. Its columns are: {listed(table.columns)}.", table.problems
        )
    return found


def _ends(table: Table, column: str, options: MetricOptions) -> EventTimes:
    # An incident that is still open has no end: those rows are left out of the reading, and marked.
    given = pd.notna(table.labels(column))
    time_ns = np.full(len(table), -1, dtype=np.int64)
    if not given.any():
        return EventTimes(time_ns, None, ())
    known = Table(table.path, table.frame[given].reset_index(drop=True), table.header, table.rows[given])
    read = read_event_times(known, column, options.tz, options.step_ns)
    time_ns[given] = read.time_ns
    return EventTimes(time_ns, read.step_ns, read.problems)
