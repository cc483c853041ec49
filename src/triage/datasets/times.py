"""Columns of texts → columns of moments. A column has one style and one date order; doubt is an error, no guess."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from triage.datasets.table import Table, row_problems
from triage.datasets.time_styles import NAT, Parts, style_of, take_apart, to_moments
from triage.errors import Problem, UsageError

__all__ = ["known_zone", "looks_like_times", "month_leads", "read_times"]

_SAMPLE = 300
# A column of times may have a few slips, which are then told; below these shares it is something else. A name that
# says "opened" weighs much.
_SHARE_IF_NAMED, _SHARE_BY_SHAPE = 0.5, 0.9
# Incidents come on more than one day of the month: what stays the same in so many different dates is the month.
_DATES_FOR_SPREAD, _DAYS_FOR_SPREAD = 10, 3


def looks_like_times(cells: NDArray[np.object_], *, named: bool) -> bool:
    """Return whether a column's texts are moments.

    Parameters
    ----------
    cells : ndarray of shape (n_rows,)
        Labels: str or None.
    named : bool
        Whether the column's name says so already; plain numbers (1456708560) count only then.
    """
    found = style_of(_sample(pd.unique(cells[pd.notna(cells)])), by_shape_alone=not named)
    return found is not None and found[1] >= (_SHARE_IF_NAMED if named else _SHARE_BY_SHAPE)


def read_times(
    table: Table, columns: Sequence[str], tz: str | None, *, month_first: bool | None = None
) -> tuple[dict[str, pd.Series], list[Problem]]:
    """Read the named columns as moments.

    Parameters
    ----------
    table : Table
    columns : sequence of str
        The time of opening first; none of the others may be before it, which is what decides an order of day and
        month that no value gives away. Times far in the past or future count as missing in the others.
    tz : str or None
        IANA zone of times that name none; None is UTC. An hour that the zone skips is moved to the first moment
        after it; of an hour that it has twice the first is taken.
    month_first : bool or None, default=None
        The order of day and month in earlier files of the same kind, which counts where no value tells.

    Returns
    -------
    moments : dict of str to Series
        datetime64[ns, UTC], NaT where missing, one a column. Worthless when there are problems.
    problems : list of Problem
        Unreadable, contradicting and ambiguous values, with their rows.

    Raises
    ------
    UsageError
        When the zone is not known.
    """
    zone = known_zone(tz)
    spelled = [_spell(table, name) for name in dict.fromkeys(columns)]
    orders, problems = _date_orders(table, spelled, zone, month_first)
    for column in spelled:
        problems += _unreadable(table, column, orders[column.name], is_opening=column.name == columns[0])
    moments = {column.name: _series(column.moments(orders[column.name], zone)) for column in spelled}
    return moments, problems


def month_leads(table: Table, column: str, moments: pd.Series) -> bool | None:
    """Return whether a column was read month first; None where its dates leave no choice.

    Parameters
    ----------
    table : Table
    column : str
    moments : Series of datetime64[ns, UTC]
        As it was read, in any order of rows.
    """
    spelled = _spell(table, column)
    if not _is_open(spelled):
        return None
    # Zones move a moment by less than a day and a half; taking a day for a month moves most by weeks.
    read = np.sort(moments.dropna().to_numpy("datetime64[ns]").view(np.int64))
    apart = []
    for order in (False, True):
        found = spelled.moments(order, "UTC")
        found = np.sort(found[found != NAT])
        apart.append(np.abs(found - read).mean() if len(found) == len(read) else np.inf)
    return bool(apart[1] < apart[0])


@dataclass(frozen=True, slots=True, eq=False)
class _Spelled:
    """A column's distinct texts, taken apart, and which of them each row has (-1: none)."""

    name: str
    codes: NDArray[np.int64]
    texts: NDArray[np.object_]
    parts: Parts | None

    def moments(self, month_first: bool, zone: str) -> NDArray[np.int64]:
        """Return nanoseconds, one a row."""
        if self.parts is None:
            return np.full(len(self.codes), NAT)
        of_texts, _ = to_moments(self.parts, month_first=month_first, zone=zone)
        return np.append(of_texts, NAT)[self.codes]

    def rows_of(self, texts: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which rows have one of the marked texts."""
        return np.append(texts, [False])[self.codes]


def known_zone(tz: str | None) -> str:
    """Return an IANA zone's own name; UTC for None.

    Raises
    ------
    UsageError
        When there is no such zone.
    """
    if tz is None or tz.upper() == "UTC":
        return "UTC"
    try:
        return zoneinfo.ZoneInfo(tz).key
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as err:
        raise UsageError(f"tz must be an IANA zone such as 'Europe/Berlin'. Got {tz!r}.") from err


def _spell(table: Table, name: str) -> _Spelled:
    codes, texts = pd.factorize(table.labels(name))
    found = style_of(_sample(texts))
    return _Spelled(name, codes, texts, take_apart(texts, found[0]) if found else None)


def _sample(texts: NDArray[np.object_]) -> NDArray[np.object_]:
    # Evenly spaced, so that a file which changes half way shows both halves.
    return texts[np.unique(np.linspace(0, len(texts) - 1, _SAMPLE).astype(np.int64))] if len(texts) else texts


def _series(moments: NDArray[np.int64]) -> pd.Series:
    return pd.Series(pd.DatetimeIndex(moments.view("datetime64[ns]")).tz_localize("UTC"))


def _unreadable(table: Table, column: _Spelled, month_first: bool, *, is_opening: bool) -> Iterator[Problem]:
    if column.parts is None:
        given = column.codes >= 0
        got = column.texts[0] if len(column.texts) else ""
        yield from row_problems(
            "no date or time is recognised here; write them as 2016-02-29 01:16:00.", column.name, table, given, got
        )
        return
    moments, possible = to_moments(column.parts, month_first=month_first, zone="UTC")
    at_fault = ~possible
    if column.parts.is_open:
        # What can be read the other way round is a contradiction, and told as one.
        at_fault &= ~to_moments(column.parts, month_first=not month_first, zone="UTC")[1]
    if is_opening:
        at_fault |= possible & (moments == NAT)
    if at_fault.any():
        message = f"not a date or time like the rest of the column, which is written as {column.parts.style.name}."
        yield from row_problems(message, column.name, table, column.rows_of(at_fault), column.texts[at_fault][0])


def _date_orders(
    table: Table, columns: Sequence[_Spelled], zone: str, known: bool | None
) -> tuple[dict[str, bool], list[Problem]]:
    """Return for each column whether the month comes before the day, and what speaks against any answer."""
    month_first = {column.name: False for column in columns}
    problems: list[Problem] = []
    votes: dict[str, set[bool]] = {}
    for column in columns:
        day_leads, month_leads = _evidence(column)
        votes[column.name] = {order for order, texts in ((False, day_leads), (True, month_leads)) if texts.any()}
        if day_leads.any() and month_leads.any():
            problems += _contradiction(table, column, day_leads, month_leads)
    sure = {name: next(iter(vote)) for name, vote in votes.items() if len(vote) == 1}
    month_first |= sure
    open_columns = [column for column in columns if not votes[column.name] and _is_open(column)]
    if not open_columns:
        return month_first, problems
    agreed = set(sure.values()) or {known} - {None}
    agreed = agreed or {_by_chronology(columns, month_first, open_columns, zone)} - {None}
    agreed = agreed or {_by_spread(column) for column in open_columns} - {None}
    if len(agreed) == 1:
        # One program wrote the file, so its columns have one order.
        return month_first | dict.fromkeys((column.name for column in open_columns), agreed.pop() is True), problems
    for column in open_columns:
        message = "no value tells day from month, nor does the order of events; write dates as YYYY-MM-DD."
        problems += row_problems(message, column.name, table, column.codes >= 0, column.texts[0])
    return month_first, problems


def _evidence(column: _Spelled) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which texts can only be read day first, and which only month first."""
    if column.parts is None or not column.parts.is_open:
        nothing = np.zeros(len(column.texts), dtype=bool)
        return nothing, nothing
    first, other = column.parts.first, column.parts.other
    return (first > 12) & (other <= 12), (other > 12) & (first <= 12)


def _is_open(column: _Spelled) -> bool:
    parts = column.parts
    return parts is not None and parts.is_open and bool((parts.first != parts.other).any())


def _by_spread(column: _Spelled) -> bool | None:
    """Return the one order in which the incidents came on several days, where in the other all came on one."""
    parts = column.parts
    if parts is None or len(column.texts) < _DATES_FOR_SPREAD:
        return None
    first, other = (pd.unique(part[parts.matched]) for part in (parts.first, parts.other))
    # Dates that were cut down to their month all are the first day of one.
    are_months = not parts.clock_ns.any() and 1 in (*first, *other)
    if are_months or min(len(first), len(other)) > 1 or max(len(first), len(other)) < _DAYS_FOR_SPREAD:
        return None
    return len(first) == 1


def _contradiction(
    table: Table, column: _Spelled, day_leads: NDArray[np.bool_], month_leads: NDArray[np.bool_]
) -> Iterator[Problem]:
    got = f"{column.texts[day_leads][0]} and {column.texts[month_leads][0]}"
    of_day, of_month = (table.rows[column.rows_of(texts)] for texts in (day_leads, month_leads))
    message = "some rows can only be read day first, others only month first; write dates as YYYY-MM-DD."
    sample = (*of_day[:2], *of_month[:2])
    yield Problem(message, column.name, tuple(int(row) for row in sample), len(of_day) + len(of_month), got)


def _by_chronology(
    columns: Sequence[_Spelled], settled: dict[str, bool], open_columns: Sequence[_Spelled], zone: str
) -> bool | None:
    """Return the one order in which nothing happens before it is opened, or else in which the rows run in order."""
    clashes, sorted_ = [], []
    for month_first in (False, True):
        orders = settled | dict.fromkeys((column.name for column in open_columns), month_first)
        opened, *others = (column.moments(orders[column.name], zone) for column in columns)
        clashes.append(sum(int(((opened != NAT) & (other != NAT) & (opened > other)).sum()) for other in others))
        steps = np.diff(opened[opened != NAT])
        sorted_.append(bool((steps >= 0).all() or (steps <= 0).all()))
    if (clashes[0] == 0) != (clashes[1] == 0):
        return clashes[1] == 0
    return sorted_[1] if sorted_[0] != sorted_[1] else None
