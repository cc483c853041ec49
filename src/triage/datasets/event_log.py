"""An event log → what each incident was at opening, and how it ended. The first never looks at the second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from triage.datasets.log_columns import LogColumns, find_log_columns
from triage.datasets.outcomes import hours_taken
from triage.datasets.profiles import profile_all
from triage.datasets.table import ReadOptions, Table, row_problems
from triage.datasets.times import looks_like_times, read_times
from triage.errors import Problem, UsageError
from triage.exports import (
    DESCRIPTION_NAMES,
    EVENT_LOG,
    TITLE_NAMES,
    creator_refusal,
    ended_columns,
    first_named,
    is_opening_field,
    refusal,
)
from triage.training import RefusedColumn

__all__ = ["FoldedLog", "fold", "input_columns", "is_event_log", "refused_columns"]

# The contract's rule for "this event is the opening itself", not a later one whose forerunners are lost.
_OPENING = pd.Timedelta(minutes=5)
# ServiceNow's own code for the state New is 1.
_NEW = frozenset({"new", "1"})
_UNSHAPED = "neither a text nor a category among what incidents are opened with"


@dataclass(frozen=True, slots=True, eq=False)
class FoldedLog:
    """Incidents of a log, in the order of their first row in the file.

    Parameters
    ----------
    columns : LogColumns
        Which column of the table is what.
    ids : ndarray of shape (n_incidents,)
    incident : ndarray of shape (n_rows,)
        Which incident each row belongs to.
    first, last : ndarray of shape (n_incidents,)
        Positions of each incident's first and last event.
    at_opening : ndarray of shape (n_incidents,)
        Whether the first event is the opening one, so that its values count.
    opened_at : Series of datetime64[ns, UTC]
    ended_at : Series of datetime64[ns, UTC]
        When it was resolved, else closed; NaT where the log says neither. Never before it was opened.
    hours : Series of float or None
        From opening to resolution; see :func:`triage.datasets.outcomes.hours_taken`.
    settled_at : Series of datetime64[ns, UTC]
        When its end was written down: resolved, else closed, else last updated; never before it was opened.
    problems : tuple of Problem
    """

    columns: LogColumns
    ids: NDArray[np.object_]
    incident: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    at_opening: NDArray[np.bool_]
    opened_at: pd.Series
    ended_at: pd.Series
    hours: pd.Series | None
    settled_at: pd.Series
    problems: tuple[Problem, ...]

    def opening_labels(self, table: Table, column: str) -> NDArray[np.object_]:
        """Return a column's values at opening, None where they are not known."""
        labels = table.labels(column)[self.first]
        labels[~self.at_opening] = None
        return labels

    def final_labels(self, table: Table, column: str) -> NDArray[np.object_]:
        """Return a column's values in the last event."""
        return table.labels(column)[self.last]


def is_event_log(table: Table, options: ReadOptions) -> bool:
    """Return whether a table has the columns of an event log, and rows that are events."""
    return find_log_columns(table, options) is not None


def fold(table: Table, options: ReadOptions, *, with_end: bool) -> FoldedLog:
    """Fold event rows into one incident each; events run by time of update, then modification count, then file order.

    Parameters
    ----------
    table : Table
        One for which `is_event_log` is true.
    options : ReadOptions
        ``id``, ``time`` and ``tz`` are used.
    with_end : bool
        Whether to read the times of resolution and closure; without them ``settled_at`` is the last update.
    """
    columns = find_log_columns(table, options)
    if columns is None:
        raise UsageError(f"{table.path.name} is no event log: no identifier repeats while a state and a time change.")
    id_, updated = columns.id, columns.updated
    opened = columns.opened or updated
    ends = [name for name in ended_columns(table.columns) if with_end and _are_times(table, name)]
    moments, problems = read_times(table, [opened, updated, *ends], options.tz, month_first=options.month_first)
    ids = table.labels(id_)
    message = "has no time of update, so that events cannot be ordered."
    problems += row_problems(message, updated, table, pd.isna(table.labels(updated)))
    problems += row_problems("has no identifier; give every event its incident's number.", id_, table, pd.isna(ids))
    incident, names = pd.factorize(ids)
    first, last = _ends(incident, moments[updated], _modifications(table, columns.modifications))
    opened_at = moments[opened].iloc[first].reset_index(drop=True)
    if with_end:
        unopened = np.append(pd.isna(table.labels(opened))[first], [False])[incident]
        problems += row_problems("the incident has no time of opening.", opened, table, unopened)
    told = [moments[column].iloc[last].reset_index(drop=True) for column in ends]
    ended_at = _first_told(told, opened_at)
    settled_at = ended_at.fillna(moments[updated].iloc[last].reset_index(drop=True))
    since = moments[updated].iloc[first].reset_index(drop=True) - opened_at
    return FoldedLog(
        columns,
        names,
        incident,
        first,
        last,
        _are_new(table, columns, first) & since.between(pd.Timedelta(0), _OPENING).to_numpy(),
        opened_at,
        ended_at,
        hours_taken(opened_at, told),
        settled_at.where(settled_at >= opened_at, opened_at),
        tuple(problems),
    )


def input_columns(table: Table, options: ReadOptions, log: FoldedLog) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the text and the field columns: those asked for, else those that an incident has at opening.

    Notes
    -----
    Of a known export these are known by name. Of another log they are the texts and categories among the opening
    events, but for what by its name is filled in later.
    """
    if options.only_named:
        return options.text, options.fields
    text, fields = _known_inputs(table) if log.columns.is_known else _shaped_inputs(table, log)
    text = options.text or text
    return text, options.fields or tuple(name for name in fields if name not in text)


def refused_columns(table: Table, log: FoldedLog, used: Sequence[str]) -> tuple[RefusedColumn, ...]:
    """Return every column that is not used, with the reason."""
    roles = {log.columns.id: "identifies the incident", log.columns.updated: "says when the row was written"}
    roles[log.columns.state] = "is the state or step that the row tells of"
    if log.columns.opened is not None:
        roles[log.columns.opened] = "is the time of opening; its hour and weekday are read"
    text, fields = _known_inputs(table) if log.columns.is_known else _shaped_inputs(table, log)
    could_be = {*text, *fields}

    def reason(name: str) -> str:
        if name in roles:
            return roles[name]
        asked = "not among the columns that were asked for" if name in could_be else None
        unsaid = "this export does not say whether it was known at opening"
        told = refusal(name) or creator_refusal(name, table.columns)
        return asked or told or (unsaid if log.columns.is_known else _UNSHAPED)

    return tuple(RefusedColumn(name, reason(name)) for name in table.columns if name not in used)


def _known_inputs(table: Table) -> tuple[tuple[str, ...], tuple[str, ...]]:
    texts = (first_named(table.columns, names) for names in (TITLE_NAMES, DESCRIPTION_NAMES))
    fields = (first_named(table.columns, [name]) for name in EVENT_LOG.fields)
    return tuple(n for n in texts if n is not None), tuple(n for n in fields if n is not None)


def _shaped_inputs(table: Table, log: FoldedLog) -> tuple[tuple[str, ...], tuple[str, ...]]:
    at = log.first[log.at_opening]
    opening = Table(table.path, table.frame.iloc[at].reset_index(drop=True), table.header, table.rows[at])
    roles = {log.columns.id, log.columns.opened, log.columns.updated, log.columns.state}
    free = [
        each
        for each in profile_all(opening).values()
        if each.name not in roles
        and refusal(each.name) is None
        and creator_refusal(each.name, table.columns) is None
        and not each.is_times
        and each.n_distinct > 1
    ]
    text = tuple(each.name for each in free if each.is_text)
    return text, tuple(each.name for each in free if each.is_category or (is_opening_field(each.name) and each.repeats))


def _first_told(told: Sequence[pd.Series], opened_at: pd.Series) -> pd.Series:
    found = pd.Series(pd.NaT, index=opened_at.index, dtype=opened_at.dtype)
    for moment in told:
        found = found.fillna(moment)
    return found.where(found.isna() | (found >= opened_at), opened_at)


def _are_times(table: Table, column: str) -> bool:
    return looks_like_times(table.labels(column), named=True)


def _are_new(table: Table, columns: LogColumns, first: NDArray[np.int64]) -> NDArray[np.bool_]:
    states = pd.Series(table.labels(columns.state)[first], dtype=object)
    new = set(_NEW)
    if not columns.is_known and not states.isna().all():
        # Whatever the desk calls it: the state in which most incidents are first seen.
        new.add(states.mode().iloc[0].lower())
    return np.array([state is not None and state.lower() in new for state in states], dtype=bool)


def _modifications(table: Table, column: str | None) -> NDArray[np.float64]:
    if column is None:
        return np.zeros(len(table))
    counts = pd.to_numeric(pd.Series(table.labels(column)), errors="coerce")
    return counts.fillna(0).to_numpy(dtype=np.float64)


def _ends(
    incident: NDArray[np.int64], updated: pd.Series, modifications: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    # Rows without an identifier (-1) would come first; their problem is told elsewhere.
    order = np.lexsort(
        (np.arange(len(incident)), modifications, updated.to_numpy(dtype="datetime64[ns]").view(np.int64), incident)
    )
    order = order[incident[order] >= 0]
    starts = np.flatnonzero(np.diff(incident[order], prepend=-1))
    return order[starts], order[np.append(starts[1:], len(order)) - 1]
