"""Columns of metric points into a batch. All or nothing: one malformed row refuses the batch, by its number."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from triage.errors import DataError, Problem
from triage.flow import MetricBatch
from triage.intake.checks import LONGEST_NAME, problem_in_rows, shown
from triage.intake.named_rows import NamedRows, RecentNames

__all__ = [
    "ARROW_MEDIA",
    "COLUMNS",
    "MOST_POINTS",
    "UNFIT_NAME",
    "WRONG_TIME",
    "is_unfit_name",
    "is_wrong_time",
    "to_metric_batch",
    "to_micros",
]

ARROW_MEDIA = "application/vnd.apache.arrow.stream"  # read by a module of its own, which loads Arrow
MOST_POINTS = 2_000_000  # 10,000 series for three hours at one point a minute; 40 MB once parsed

COLUMNS = ("entity", "metric", "timestamp", "value")
_NUMBERS = frozenset({int, float})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# Within what a watcher reckons with, and so that milliseconds given for seconds are noticed.
_FIRST_US = (datetime(1900, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND
_END_US = (datetime(2100, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND
_MOST_PAIRS_A_ROW = 4
UNFIT_NAME = f"must not be blank, have more than {LONGEST_NAME} characters or hold the NUL character"
WRONG_TIME = (
    "must all be ISO 8601, such as 2026-11-23T10:00:00Z (without a zone it is UTC), or all seconds since 1970 as "
    "numbers; in the years 1900 to 2099"
)


def to_metric_batch(payload: object, names: RecentNames | None = None) -> MetricBatch:
    """Read columns of points.

    Parameters
    ----------
    payload : object
        ``entity``, ``metric`` (strings), ``timestamp`` (all strings in ISO 8601, or all numbers: seconds since the
        epoch; to the microsecond) and ``value`` (numbers; null says that there is no point), of equal length.
    names : RecentNames or None, default=None
        Of batches before, for those that name the same series.

    Raises
    ------
    DataError
        Everything that cannot be used, with row numbers from 1.

    Examples
    --------
    >>> columns = {"entity": ["db"] * 2, "metric": ["cpu"] * 2, "timestamp": [60, 120], "value": [0.5, None]}
    >>> batch = to_metric_batch(columns)
    >>> batch.entity, batch.metric, batch.time_ns.tolist(), batch.value.tolist(), batch.nulls
    (('db',), ('cpu',), [60000000000], [0.5], 1)
    """
    columns = _columns(payload)
    problems: list[Problem] = []
    found = None if names is None else names.find(columns["entity"], columns["metric"])
    rows = found or _named_rows(columns["entity"], columns["metric"], problems)
    time_ns = _times(columns["timestamp"], problems)
    value = _values(columns["value"], problems)
    if problems:
        raise DataError("The batch has rows that cannot be used; nothing of it was stored.", problems)
    if names is not None and found is None:
        names.keep(columns["entity"], columns["metric"], rows)
    is_point = ~np.isnan(value)
    nulls = len(value) - int(np.count_nonzero(is_point))
    if not nulls:
        return MetricBatch(rows.entity, rows.metric, rows.series, time_ns, value)
    used, series = np.unique(rows.series[is_point], return_inverse=True)
    return MetricBatch(
        tuple(rows.entity[at] for at in used.tolist()),
        tuple(rows.metric[at] for at in used.tolist()),
        series.astype(np.int64, copy=False),
        time_ns[is_point],
        value[is_point],
        nulls,
    )


def is_unfit_name(name: str) -> bool:
    """Tell whether a name of an entity or a metric cannot be used."""
    return not name.strip() or len(name) > LONGEST_NAME or "\0" in name


def is_wrong_time(micros: NDArray[np.float64] | NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which microseconds since the epoch, NaN among them, lie outside the years 1900 to 2099."""
    return ~((micros >= _FIRST_US) & (micros < _END_US))


def _columns(payload: object) -> dict[str, list[object]]:
    """Return the four columns, of equal length and bounded."""
    if not isinstance(payload, Mapping):
        raise DataError(f"Metrics must be an object of the columns {', '.join(COLUMNS)}. Got {shown(payload)}.")
    problems = [
        Problem(f"is not known here; the columns are {', '.join(COLUMNS)}", where=str(key)[:LONGEST_NAME])
        for key in payload
        if key not in COLUMNS
    ]
    columns: dict[str, list[object]] = {}
    for name in COLUMNS:
        column = payload.get(name)
        if isinstance(column, list):
            columns[name] = column
        else:
            problems.append(Problem("must be a list", where=name, got=shown(column)))
    if not problems and len({len(column) for column in columns.values()}) > 1:
        lengths = ", ".join(f"{name} {len(column):,}" for name, column in columns.items())
        problems.append(Problem("must all have the same length", where="columns", got=lengths))
    if problems:
        raise DataError("The columns cannot be used; nothing was stored.", problems)
    if not 1 <= len(columns["value"]) <= MOST_POINTS:
        raise DataError(f"A batch must hold 1 to {MOST_POINTS:,} points. Got {len(columns['value']):,}; split it.")
    return columns


def _named_rows(entity: Sequence[object], metric: Sequence[object], problems: list[Problem]) -> NamedRows:
    """Return which series there are, in the order of their names' first appearance, and which each row is of."""
    entities, of_entity = _names("entity", entity, problems)
    metrics, of_metric = _names("metric", metric, problems)
    if problems:
        return NamedRows((), (), of_entity)
    pair, possible = of_entity * len(metrics) + of_metric, len(entities) * len(metrics)
    if possible > _MOST_PAIRS_A_ROW * len(pair):
        pairs, series = np.unique(pair, return_inverse=True)
    else:
        # Where few pairs are possible they are counted off, in a third of the time that sorting takes.
        is_there = np.zeros(possible, np.bool_)
        is_there[pair] = True
        pairs, series = np.flatnonzero(is_there), (np.cumsum(is_there) - 1)[pair]
    entity_rows, metric_rows = (each.tolist() for each in np.divmod(pairs, len(metrics)))
    named = tuple(entities[at] for at in entity_rows), tuple(metrics[at] for at in metric_rows)
    return NamedRows(*named, series.astype(np.int64, copy=False))


class _Positions(dict[object, int]):
    """Gives every new key the next number: one look-up an element where two passes would be two."""

    def __missing__(self, key: object) -> int:
        self[key] = position = len(self)
        return position

    def of(self, column: Sequence[object]) -> NDArray[np.int64] | None:
        """Return each element's number; None where an element is no string."""
        try:
            found = np.fromiter(map(self.__getitem__, column), np.int64, len(column))
        except TypeError:
            return None  # lists and objects are no keys
        # No string equals what is none, so that distinct elements tell of all.
        return found if set(map(type, self)) == {str} else None


def _names(name: str, column: Sequence[object], problems: list[Problem]) -> tuple[list[str], NDArray[np.int64]]:
    """Return the distinct names of a column and, of each row, the position of its name."""
    positions = _Positions()
    found = positions.of(column)
    if found is None:
        problems.append(_refused(name, "must be strings", column, lambda each: type(each) is not str))
        return [], np.empty(0, np.int64)
    distinct = [str(each) for each in positions]
    unfit = {each for each in distinct if is_unfit_name(each)}
    if unfit:
        problems.append(_refused(name, UNFIT_NAME, column, unfit.__contains__))
    return distinct, found


def _times(column: Sequence[object], problems: list[Problem]) -> NDArray[np.int64]:
    """Return event times in ns, from strings or from numbers."""
    positions = _Positions()
    micros: NDArray[np.float64] | NDArray[np.int64]
    found = positions.of(column) if type(column[0]) is str else None
    if found is not None:
        # Points of one batch mostly share their moments: each is read once.
        micros = np.array([to_micros(str(text)) for text in positions], np.int64)[found]
    elif set(map(type, column)) <= _NUMBERS:
        micros = np.rint(np.array(column, np.float64) * 1e6)
    else:
        strings = sum(type(each) is str for each in column)
        kept = (str,) if 2 * strings >= len(column) else tuple(_NUMBERS)
        problems.append(_refused("timestamp", WRONG_TIME, column, lambda each: type(each) not in kept))
        return np.empty(0, np.int64)
    is_wrong = is_wrong_time(micros)
    if is_wrong.any():
        rows = np.flatnonzero(is_wrong)
        problems.append(problem_in_rows(WRONG_TIME, "timestamp", rows, shown(column[rows[0]])))
        return np.empty(0, np.int64)
    return micros.astype(np.int64) * 1000


def to_micros(text: str) -> int:
    """Return microseconds since the epoch of ISO 8601, without a zone UTC; beyond the bounds for what is no moment."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _END_US
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH) // _MICROSECOND


def _values(column: Sequence[object], problems: list[Problem]) -> NDArray[np.float64]:
    """Return values, NaN for null."""
    if not set(map(type, column)) <= {*_NUMBERS, type(None)}:
        problems.append(_refused("value", "must be numbers, or null for no point", column, _is_no_value))
        return np.empty(0)
    return np.array(column, np.float64)


def _is_no_value(value: object) -> bool:
    return value is not None and type(value) not in _NUMBERS


def _refused(where: str, message: str, column: Sequence[object], is_wrong: Callable[[object], bool]) -> Problem:
    rows = [at for at, value in enumerate(column) if is_wrong(value)]
    return problem_in_rows(message, where, rows, shown(column[rows[0]]))
