"""A column of timestamps of metrics → event times: moments, counts since 1970, or steps. Guesses nothing row by row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from triage.datasets.numbers import read_numbers
from triage.datasets.table import Table, row_problems
from triage.datasets.time_styles import from_zone
from triage.datasets.times import known_zone, read_times
from triage.errors import Problem

__all__ = ["USUAL_STEP_NS", "EventTimes", "read_event_times"]

# What a step is taken for where nobody says: the commonest interval of monitoring.
USUAL_STEP_NS = 60 * 10**9
# Counts since 1970 by their number of digits, which holds from 2001 to 2286. As steps such numbers make no sense.
_EPOCH_NS = {10: 10**9, 13: 10**6, 16: 10**3, 19: 1}
# Between them differences of two times fit 64 bits whatever a watcher does with them.
_FIRST, _LAST = np.datetime64("1970-01-01", "ns"), np.datetime64("2115-01-01", "ns")
_MOST_NS = int(_LAST.astype(np.int64))


@dataclass(frozen=True, slots=True, eq=False)
class EventTimes:
    """When each row happened.

    Parameters
    ----------
    time_ns : ndarray of int64 of shape (n_rows,)
        Since 1970 UTC; of steps, their number times their length. Worthless when there are problems.
    step_ns : int or None
        Length of a step; None when the timestamps are moments.
    problems : tuple of Problem
        Missing and unreadable timestamps, with their rows.
    """

    time_ns: NDArray[np.int64]
    step_ns: int | None
    problems: tuple[Problem, ...]


def read_event_times(table: Table, column: str, tz: str | None, step_ns: int | None) -> EventTimes:
    """Read a column of timestamps.

    Parameters
    ----------
    table : Table
    column : str
    tz : str or None
        IANA zone of times that name none; None is UTC.
    step_ns : int or None
        Length of a step; given, whole numbers are always steps. None: whole numbers of 10, 13, 16 or 19 digits are
        seconds, milli-, micro- or nanoseconds since 1970, any other are steps of a minute.

    Raises
    ------
    UsageError
        When the zone is not known.
    """
    zone = known_zone(tz)
    plain = _plain_moments(table.frame[column], zone)
    if plain is not None:
        return EventTimes(plain, None, ())
    if not _mostly_numbers(table, column):
        return _moments(table, column, tz)
    numbers, text_at_fault = read_numbers(table, column)
    problems = [*_missing(table, column, np.isnan(numbers) & ~text_at_fault)]
    problems += _told(table, column, text_at_fault, "not a whole number like the rest of the column.")
    fractions = np.isfinite(numbers) & (numbers != np.floor(numbers))
    epoch_ns = _epoch_unit(numbers[np.isfinite(numbers)]) if step_ns is None else None
    if epoch_ns is None:
        problems += _told(table, column, fractions, "a step must be a whole number.")
    unit_ns = epoch_ns or step_ns or USUAL_STEP_NS
    too_far = ~np.isnan(numbers) & (np.abs(numbers) * unit_ns >= _MOST_NS)
    problems += _told(table, column, too_far, "too far from 0 for a step; give the step's length by --step, or times.")
    if problems:
        return EventTimes(np.zeros(len(table), dtype=np.int64), None, tuple(problems))
    exact = _whole_numbers(table.frame[column]) if not fractions.any() else None
    time_ns = exact * unit_ns if exact is not None else np.round(numbers * unit_ns).astype(np.int64)
    return EventTimes(time_ns, None if epoch_ns else unit_ns, ())


def _mostly_numbers(table: Table, column: str) -> bool:
    numbers, at_fault = read_numbers(table, column)
    return bool(np.isfinite(numbers).sum() > at_fault.sum())


def _epoch_unit(numbers: NDArray[np.float64]) -> int | None:
    if not len(numbers):
        return None
    for digits, unit_ns in _EPOCH_NS.items():
        if 10.0 ** (digits - 1) <= numbers.min() and numbers.max() < 10.0**digits:
            return unit_ns
    return None


def _whole_numbers(cells: pd.Series) -> NDArray[np.int64] | None:
    # Counts of nanoseconds have more digits than a float holds.
    given = _as_arrow(cells)
    try:
        return None if given is None else np.asarray(given.cast(pa.int64()).to_numpy(zero_copy_only=False), np.int64)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None


def _moments(table: Table, column: str, tz: str | None) -> EventTimes:
    problems = [*_missing(table, column, pd.isna(table.labels(column)))]
    moments, told = read_times(table, [column], tz)
    found = moments[column].to_numpy(dtype="datetime64[ns]")
    problems += _told(table, column, found >= _LAST, "is after the year 2114.")
    return EventTimes(found.view(np.int64), None, (*problems, *told))


def _plain_moments(cells: pd.Series, zone: str) -> NDArray[np.int64] | None:
    """Return the moments of a column that is ISO 8601 throughout, all with zone or none; None of any other.

    A hundred times faster than asking for each cell, and the usual case.
    """
    given = _as_arrow(cells)
    if given is None or given.null_count or pa.types.is_integer(given.type) or pa.types.is_floating(given.type):
        return None
    is_zoned = pa.types.is_timestamp(given.type) and given.type.tz is not None
    for kind in (pa.timestamp("ns"), pa.timestamp("ns", "UTC"))[1 if is_zoned else 0 :]:
        try:
            moments = given.cast(kind)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            continue
        found = moments.to_numpy(zero_copy_only=False).astype("datetime64[ns]")
        if not ((found >= _FIRST) & (found < _LAST)).all():
            return None
        utc = found.view(np.int64)
        return from_zone(utc, zone) if kind.tz is None and zone != "UTC" else utc
    return None


def _as_arrow(cells: pd.Series) -> pa.Array | pa.ChunkedArray | None:
    try:
        return pa.array(cells, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # json-lines: cells of several types
        return None


def _missing(table: Table, column: str, at: NDArray[np.bool_]) -> Iterator[Problem]:
    yield from row_problems("has no timestamp; fill it in, or remove the rows.", column, table, at)


def _told(table: Table, column: str, at: NDArray[np.bool_], message: str) -> Iterator[Problem]:
    if at.any():
        yield from row_problems(message, column, table, at, table.labels(column)[at][0])
