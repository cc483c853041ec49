"""Files of metrics, long, wide or NAB's, → samples of series. Tells all that is wrong at once; repairs nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from triage.datasets.metric_columns import find_roles
from triage.datasets.metric_times import EventTimes, read_event_times
from triage.datasets.numbers import read_numbers
from triage.datasets.table import Table, listed, row_problems
from triage.datasets.times import known_zone
from triage.errors import DataError, Problem
from triage.training.metrics import MetricHistory

__all__ = ["MetricOptions", "to_metric_history"]


@dataclass(frozen=True, slots=True)
class MetricOptions:
    """What the user says about a file of metrics.

    Parameters
    ----------
    step_ns : int or None
        Length of a step, where timestamps are whole numbers; None: see `read_event_times`.
    tz : str or None
        IANA zone of times that name none; None is UTC.
    """

    step_ns: int | None = None
    tz: str | None = None


def to_metric_history(table: Table, options: MetricOptions) -> MetricHistory:
    """Turn a table into samples.

    Parameters
    ----------
    table : Table
    options : MetricOptions

    Returns
    -------
    MetricHistory
        A row for each of the table's, in its order. Of a wide file a row's samples stand in the order of columns.

    Raises
    ------
    UsageError
        There is no column of timestamps or values, or the zone is not known.
    DataError
        Timestamps, entities or metrics that are missing, timestamps that cannot be read, text among the values, no
        value at all: all that apply, with their rows.
    """
    roles = find_roles(table)
    times = read_event_times(table, roles.time, options.tz, options.step_ns)
    entity, entities, entity_problems = _names(table, roles.entity, "entity")
    metric, metrics, metric_problems = _names(table, roles.metric, "metric")
    values, value_problems = _values(table, roles.numbers)
    problems = [*table.problems, *entity_problems, *metric_problems, *times.problems, *value_problems]
    if not problems and np.isnan(values).all():
        problems.append(Problem("holds no value at all.", listed(roles.numbers), got=f"{len(table)} rows"))
    if problems:
        raise DataError(f"{table.path} cannot be read as metrics.", problems)
    if roles.metric is None:
        metrics = roles.numbers
        metric = np.broadcast_to(np.arange(len(metrics)), values.shape)
    else:
        metric = metric[:, None]
    history = _assemble(table, times, (entity, entities), (metric, metrics), values)
    return replace(history, zone="UTC" if times.step_ns is not None else known_zone(options.tz))


def _names(table: Table, column: str | None, what: str) -> tuple[NDArray[np.int64], tuple[str, ...], list[Problem]]:
    if column is None:
        return np.zeros(len(table), dtype=np.int64), (table.name,), []
    codes, names = pd.factorize(table.labels(column))
    problems = row_problems(f"has no {what}; fill it in, or remove the rows.", column, table, codes < 0)
    return np.asarray(codes, dtype=np.int64), tuple(names.tolist()), list(problems)


def _values(table: Table, columns: Sequence[str]) -> tuple[NDArray[np.float64], list[Problem]]:
    values = np.empty((len(table), len(columns)))
    problems: list[Problem] = []
    for at, column in enumerate(columns):
        values[:, at], at_fault = read_numbers(table, column)
        problems += _value_problems(table, column, at_fault)
    return values, problems


def _value_problems(table: Table, column: str, at_fault: NDArray[np.bool_]) -> Iterator[Problem]:
    if at_fault.any():
        message = "not a number; write it with a decimal point, leave it empty where it is missing, or drop the column."
        yield from row_problems(message, column, table, at_fault, table.labels(column)[at_fault][0])


def _assemble(
    table: Table,
    times: EventTimes,
    entity: tuple[NDArray[np.int64], tuple[str, ...]],
    metric: tuple[NDArray[np.int64], tuple[str, ...]],
    values: NDArray[np.float64],
) -> MetricHistory:
    row, column = np.nonzero(~np.isnan(values))
    keys, positions = pd.factorize(entity[0][row] * len(metric[1]) + metric[0][row, column])
    series = tuple((entity[1][key // len(metric[1])], metric[1][key % len(metric[1])]) for key in positions.tolist())
    return MetricHistory(
        name=table.name,
        series=series,
        series_of_point=np.asarray(keys, dtype=np.int64),
        time_ns=times.time_ns[row],
        value=values[row, column],
        row_of_point=row.astype(np.int64),
        entities=entity[1],
        entity_of_row=entity[0],
        time_ns_of_row=times.time_ns,
        step_ns=times.step_ns,
    )
