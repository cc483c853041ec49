"""A ServiceNow event log → what each incident was at opening, and how it ended. The first never looks at the second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from triage.datasets.outcomes import hours_taken
from triage.datasets.table import ReadOptions, Table, row_problems
from triage.datasets.times import read_times
from triage.errors import DataError, Problem
from triage.exports import (
    DESCRIPTION_NAMES,
    EVENT_LOG,
    OPENED_AT_NAMES,
    STATE_NAMES,
    TITLE_NAMES,
    UPDATED_AT_NAMES,
    canonical,
    first_named,
    recognise,
    refusal,
)
from triage.training import RefusedColumn

__all__ = ["FoldedLog", "fold", "input_columns", "is_event_log", "refused_columns"]

# The contract's rule for "this event is the opening itself", not a later one whose forerunners are lost.
_OPENING = pd.Timedelta(minutes=5)
# ServiceNow's own code for the state New is 1.
_NEW = frozenset({"new", "1"})
_SETTLED_AT_NAMES = (("resolved_at",), ("closed_at",))


@dataclass(frozen=True, slots=True, eq=False)
class FoldedLog:
    """Incidents of a log, in the order of their first row in the file.

    Parameters
    ----------
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


def is_event_log(table: Table) -> bool:
    """Return whether a table has the columns of an event log, and rows that are events."""
    if recognise(table.columns) is not EVENT_LOG:
        return False
    # A wide incident table has the same columns and texts besides, but each number once.
    has_text = first_named(table.columns, [*TITLE_NAMES, *DESCRIPTION_NAMES]) is not None
    return not has_text or bool(table.frame[first_named(table.columns, ["number"])].duplicated().any())


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
    id_ = options.id or _column(table, ["number"])
    opened, updated = options.time or _column(table, OPENED_AT_NAMES), _column(table, UPDATED_AT_NAMES)
    ends = [column for names in _SETTLED_AT_NAMES if with_end and (column := first_named(table.columns, names))]
    moments, problems = read_times(table, [opened, updated, *ends], options.tz)
    ids = table.labels(id_)
    message = "has no time of update, so that events cannot be ordered."
    problems += row_problems(message, updated, table, pd.isna(table.labels(updated)))
    problems += row_problems("has no identifier; give every event its incident's number.", id_, table, pd.isna(ids))
    incident, names = pd.factorize(ids)
    first, last = _ends(incident, moments[updated], _modifications(table))
    opened_at = moments[opened].iloc[first].reset_index(drop=True)
    if with_end:
        unopened = np.append(pd.isna(table.labels(opened))[first], [False])[incident]
        problems += row_problems("the incident has no time of opening.", opened, table, unopened)
    ended_at = pd.Series(pd.NaT, index=opened_at.index, dtype=opened_at.dtype)
    told = [moments[column].iloc[last].reset_index(drop=True) for column in ends]
    for moment in told:
        ended_at = ended_at.fillna(moment)
    ended_at = ended_at.where(ended_at.isna() | (ended_at >= opened_at), opened_at)
    settled_at = ended_at.fillna(moments[updated].iloc[last].reset_index(drop=True))
    since = moments[updated].iloc[first].reset_index(drop=True) - opened_at
    state = table.labels(_column(table, STATE_NAMES))[first]
    is_new = np.array([label is not None and label.lower() in _NEW for label in state], dtype=bool)
    at_opening = is_new & since.between(pd.Timedelta(0), _OPENING).to_numpy()
    later = settled_at.where(settled_at >= opened_at, opened_at)
    hours = hours_taken(opened_at, told)
    return FoldedLog(names, incident, first, last, at_opening, opened_at, ended_at, hours, later, tuple(problems))


def input_columns(table: Table, options: ReadOptions) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the text and the field columns: those asked for, else those that an incident has at opening."""
    if options.only_named:
        return options.text, options.fields
    texts = (first_named(table.columns, names) for names in (TITLE_NAMES, DESCRIPTION_NAMES))
    text = options.text or tuple(name for name in texts if name is not None)
    fields = (first_named(table.columns, [name]) for name in EVENT_LOG.fields)
    return text, options.fields or tuple(name for name in fields if name is not None and name not in text)


def refused_columns(table: Table, options: ReadOptions, used: Sequence[str]) -> tuple[RefusedColumn, ...]:
    """Return every column that is not used, with the reason."""
    opened = options.time or _column(table, OPENED_AT_NAMES)
    roles = {
        opened: "is the time of opening; its hour and weekday are read",
        options.id or _column(table, ["number"]): "identifies the incident",
    }
    known = frozenset(EVENT_LOG.fields)

    def reason(name: str) -> str:
        if name in roles:
            return roles[name]
        asked = "not among the columns that were asked for" if canonical(name) in known else None
        return asked or refusal(name) or "this export does not say whether it was known at opening"

    return tuple(RefusedColumn(name, reason(name)) for name in table.columns if name not in used)


def _column(table: Table, names: Sequence[str]) -> str:
    column = first_named(table.columns, names)
    if column is None:
        raise DataError(f"{table.path.name} has no column called {' or '.join(names[:3])}, so it is no event log.")
    return column


def _modifications(table: Table) -> NDArray[np.float64]:
    counts = pd.to_numeric(pd.Series(table.labels(_column(table, ["sys_mod_count"]))), errors="coerce")
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
