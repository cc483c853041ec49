"""Which column of a file of metrics, or of their incidents, is what: by names, and where these say nothing by shape."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from triage.datasets.numbers import read_numbers
from triage.datasets.table import Table, listed
from triage.datasets.times import looks_like_times
from triage.errors import UsageError
from triage.exports import canonical

__all__ = ["MetricRoles", "entity_column", "find_roles", "time_column"]

# Canonical (see `triage.exports.canonical`), the contract's own name first, then what monitors, public sets and other
# languages say.
_TIME_NAMES = (
    "timestamp",
    "time",
    "datetime",
    "ts",
    "date_time",
    "time_stamp",
    "date",
    "timestamps",
    "event_time",
    "sample_time",
    "utc",
    "epoch",
    "unix_time",
    "unixtime",
    "zeit",
    "zeitstempel",
    "zeitpunkt",
    "datum",
    "horodatage",
    "fecha",
    "fecha_hora",
    "data_hora",
    "时间",
    "时间戳",
    "采集时间",
    "日時",
)
_ENTITY_NAMES = (
    "entity",
    "host",
    "hostname",
    "instance",
    "server",
    "node",
    "machine",
    "device",
    "service",
    "pod",
    "container",
    "vm",
    "app",
    "application",
    "unit",
    "asset",
    "equipment",
    "resource",
    "target",
    "object",
    "serial",
    "serial_number",
    "kpi",
    "source",
    "site",
    "station",
    "rechner",
    "maschine",
    "gerat",
    "anlage",
    "maquina",
    "equipo",
    "servidor",
    "主机",
    "设备",
    "实例",
    "服务器",
)
_METRIC_NAMES = (
    "metric",
    "metric_name",
    "metrics",
    "name",
    "measure",
    "measurement",
    "parameter",
    "indicator",
    "counter",
    "sensor",
    "signal",
    "tag",
    "variable",
    "item",
    "kpi",
    "kpi_name",
    "metrik",
    "messgrosse",
    "kennzahl",
    "metrica",
    "指标",
    "指标名",
)
_VALUE_NAMES = (
    "value",
    "val",
    "values",
    "metric_value",
    "reading",
    "avg",
    "average",
    "mean",
    "wert",
    "valor",
    "值",
    "数值",
)
# What people found afterwards stands in many public sets beside the metrics; to watch it would be to read the answer.
_VERDICT_NAMES = frozenset(
    {
        "label",
        "labels",
        "anomaly",
        "is_anomaly",
        "anomalies",
        "anomaly_label",
        "anomalous",
        "is_anomalous",
        "outlier",
        "is_outlier",
        "changepoint",
        "attack",
        "fault",
        "is_fault",
        "failure",
        "ground_truth",
        "normal_attack",
    }
)
# What follows the name itself: how a thing is told from others, or what times are counted in.
_ENDINGS = ("_id", "_name", "_no", "_nr", "_number", "_key", "_ms", "_ns", "_us", "_s", "_sec", "_utc", "_local")
_MOST_VERDICTS = 2
# A column of numbers tells things apart where it parts rows of the same time; a metric has one row a time.
_ROWS_A_TIME = 1.5


@dataclass(frozen=True, slots=True)
class MetricRoles:
    """Which column is what.

    Parameters
    ----------
    time : str
    entity : str or None
        None: the file is about one entity, which its name names.
    metric : str or None
        The column of metric names of a long file; None in a wide one.
    numbers : tuple of str
        The columns of numbers: one in a long file, one a metric in a wide one.
    ignored : tuple of str
        Columns that are not read: what a long file has beside these, what of a wide one holds no number at all, and
        columns that by their names say what was wrong afterwards.
    """

    time: str
    entity: str | None
    metric: str | None
    numbers: tuple[str, ...]
    ignored: tuple[str, ...] = ()


def find_roles(table: Table) -> MetricRoles:
    """Find the columns of a file of metrics; letter case, accents and punctuation do not matter.

    Raises
    ------
    UsageError
        There is no column of timestamps, or none of values.
    """
    time = time_column(table)
    if time is None:
        raise UsageError(
            f"{table.path.name} has no column 'timestamp'. A file of metrics has entity, metric, timestamp and value, "
            f"or timestamp and a column a metric. Its columns are: {listed(table.columns)}.",
            table.problems,
        )
    value = _named(table, _VALUE_NAMES, {time})
    metric = None if value is None else _naming(table, _METRIC_NAMES, time, {value})
    entity = _naming(table, _ENTITY_NAMES, time, {value, metric, *_units(table, metric)})
    if metric is not None and value is not None:
        if entity is None and canonical(metric).startswith("kpi"):
            entity, metric = metric, None  # each indicator is watched by itself
        used = {time, entity, metric, value}
        return MetricRoles(time, entity, metric, (value,), tuple(name for name in table.columns if name not in used))
    rest = [name for name in table.columns if name not in {time, entity}]
    ignored = tuple(name for name in rest if _is_verdict(table, name) or _is_wordy(table, name))
    values = tuple(name for name in rest if name not in ignored)
    if not values:
        raise UsageError(f"{table.path.name} has no column of values beside {listed(table.columns)}.", table.problems)
    return MetricRoles(time, entity, None, values, ignored)


def time_column(table: Table) -> str | None:
    """Return the column of timestamps: the first so called, else the only one that looks like times."""
    named = _named(table, _TIME_NAMES, ())
    if named is not None:
        return named
    shaped = [name for name in table.columns if looks_like_times(table.labels(name), named=False)]
    return shaped[0] if len(shaped) == 1 else None


def entity_column(table: Table, taken: Collection[str | None]) -> str | None:
    """Return the column of what is watched: the first that is so called, with or without ``id``, ``name``, ``no``."""
    return _named(table, _ENTITY_NAMES, taken)


def _naming(table: Table, names: Sequence[str], time: str, taken: Collection[str | None]) -> str | None:
    """Return the first so called column that names things: its cells are words, or part rows of the same time."""
    free = {time, *taken}
    while (column := _named(table, names, free)) is not None:
        if column.strip().casefold() == names[0] or _names_things(table, column, time):
            return column
        free.add(column)
    return None


def _names_things(table: Table, column: str, time: str) -> bool:
    numbers, _ = read_numbers(table, column)
    if np.isnan(numbers).all():
        return True
    if len(np.unique(numbers[~np.isnan(numbers)])) == 1:
        return True
    pairs = pd.DataFrame({"time": table.labels(time), "thing": table.labels(column)})
    n_times = pairs["time"].nunique()
    return n_times * _ROWS_A_TIME <= len(pairs) and len(pairs.drop_duplicates()) >= _ROWS_A_TIME * n_times


def _units(table: Table, metric: str | None) -> list[str]:
    # Beside the name of a metric "unit" is what it is counted in.
    return [] if metric is None else [name for name in table.columns if canonical(name) == "unit"]


def _named(table: Table, names: Iterable[str], taken: Collection[str | None]) -> str | None:
    there: dict[str, str] = {}
    free = [name for name in table.columns if name not in taken]
    for name in free:
        there.setdefault(canonical(name), name)
    for name in free:
        bare = canonical(name)
        ending = next((each for each in _ENDINGS if bare.endswith(each)), "")
        there.setdefault(bare.removesuffix(ending), name)
    return next((there[name] for name in names if name in there), None)


def _is_verdict(table: Table, column: str) -> bool:
    if canonical(column) not in _VERDICT_NAMES:
        return False
    cells = table.labels(column)
    return len(pd.unique(cells[pd.notna(cells)])) <= _MOST_VERDICTS


def _is_wordy(table: Table, column: str) -> bool:
    numbers, at_fault = read_numbers(table, column)
    return bool(at_fault.any() and np.isnan(numbers).all())
