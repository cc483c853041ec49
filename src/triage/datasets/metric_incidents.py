"""A file of metric incidents → which entity was in trouble, from when to when. Nothing else of it is read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from triage.datasets.metric_columns import entity_column, find_roles, time_column
from triage.datasets.metric_times import EventTimes, read_event_times
from triage.datasets.metrics import MetricOptions
from triage.datasets.table import Table, listed, row_problems
from triage.errors import DataError, Problem, UsageError
from triage.exports import canonical, ended_columns, opened_columns
from triage.training.metrics import MetricIncidents

__all__ = ["to_metric_incidents"]

# The contract's names first, then what else such files call them.
_OPENED_NAMES = ("opened_at", "start", "begin", "start_time", "begin_time", "onset", "started_at", "from")
_ENDED_NAMES = ("resolved_at", "end", "end_time", "ended_at", "stop", "until", "finish", "to")
# What metrics have, too.
_BARE_TIMES = frozenset({"timestamp", "datetime", "date"})
_ID_NAMES = ("id", "incident_id", "incident", "number")


def to_metric_incidents(table: Table, options: MetricOptions, only_entity: str | None = None) -> MetricIncidents:
    """Read ``entity``, ``opened_at`` or ``start``, and where they are there ``resolved_at`` or ``end``, and ``id``.

    Columns of other names are found as those of metrics and of tickets are.

    Parameters
    ----------
    table : Table
    options : MetricOptions
        As the metrics were read: a step must be as long here as there.
    only_entity : str or None, default=None
        What all metrics are about, where that is one entity: a file without a column of entities is about it, too.

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
    opened = _find(table, _OPENED_NAMES) or _opened_by_words(table) or _bare_time(table)
    if opened is None:
        raise _missing(table, "'opened_at' or 'start'")
    ended = _find(table, _ENDED_NAMES) or next((name for name in ended_columns(table.columns) if name != opened), None)
    id_ = _find(table, _ID_NAMES)
    entity = entity_column(table, {opened, ended, id_})
    if entity is None and only_entity is None:
        raise _missing(table, "'entity'")
    begin = read_event_times(table, opened, options.tz, options.step_ns)
    end = _ends(table, ended, options) if ended else EventTimes(np.full(len(table), -1), None, ())
    names = np.full(len(table), only_entity, dtype=object) if entity is None else table.labels(entity)
    problems: list[Problem] = [*table.problems, *begin.problems, *end.problems]
    problems += row_problems("has no entity; fill it in, or remove the rows.", str(entity), table, pd.isna(names))
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
    there = {canonical(column): column for column in reversed(table.columns)}
    return next((there[name] for name in names if name in there), None)


def _opened_by_words(table: Table) -> str | None:
    return next((name for name in opened_columns(table.columns) if canonical(name) not in _BARE_TIMES), None)


def _bare_time(table: Table) -> str | None:
    """Return the column of times of a table that holds no numbers beside it: with numbers it is one of metrics."""
    try:
        roles = find_roles(table)
    except UsageError:  # no numbers, or no times
        return time_column(table)
    return None if set(roles.numbers) - {_find(table, _ID_NAMES)} else roles.time


def _missing(table: Table, wanted: str) -> UsageError:
    return UsageError(
        f"{table.path.name} has no column {wanted}. Its columns are: {listed(table.columns)}.", table.problems
    )


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
