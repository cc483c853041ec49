"""Whether rows are changes of incidents, and in which columns: by names, and but for a known export by shape too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from triage.datasets.log_shapes import find_case, find_moment, find_step, says_step, values_a_case
from triage.datasets.table import ReadOptions, Table
from triage.datasets.times import looks_like_times, read_times
from triage.exports import (
    DESCRIPTION_NAMES,
    EVENT_LOG,
    ID_NAMES,
    OPENED_AT_NAMES,
    STATE_NAMES,
    TITLE_NAMES,
    UPDATED_AT_NAMES,
    changed_columns,
    ended_columns,
    first_named,
    opened_columns,
    recognise,
    refusal,
)

__all__ = ["LogColumns", "find_log_columns"]

# A log tells of most incidents more than once; a table with one row an incident has a few slips.
_ROWS_AN_INCIDENT = 1.5
# What events of a log are called elsewhere ("SR Number" of Volvo IT's, "Incident ID" of many).
_LOG_IDS = (*ID_NAMES, "sr_number", "service_request", "case", "case_concept_name", "incident", "issue", "id_caso")
# A state that was never left says nothing; in a log most incidents pass through two.
_STATES_AN_INCIDENT = 1.5
_EVENT_TIMES = (
    "event_time",
    "timestamp",
    "time",
    "date_stamp",
    "datestamp",
    "datetime",
    "complete_timestamp",
    "time_timestamp",
)


@dataclass(frozen=True, slots=True)
class LogColumns:
    """Which column of an event log is what.

    Parameters
    ----------
    id, updated, state : str
        The incident of a row, when the row was written, and the incident's state then.
    opened : str or None
        When the incident was opened; None: at its first row.
    modifications : str or None
        A count that orders rows of the same time.
    is_known : bool
        Whether it is an export that is recognised, so that what each column means is known.
    """

    id: str
    updated: str
    state: str
    opened: str | None
    modifications: str | None
    is_known: bool


def find_log_columns(table: Table, options: ReadOptions) -> LogColumns | None:
    """Return the columns of an event log, or None where a row is an incident.

    Notes
    -----
    Beside the export that is recognised, a table is a log where a column that is called as an identifier has each
    value in several rows, while a time and a state change from row to row of most incidents: a state that is called so,
    else what most incidents begin alike with (see `find_step`).
    """
    if recognise(table.columns) is EVENT_LOG:
        return _of_known_export(table, options)
    id_ = options.id or first_named(table.columns, _LOG_IDS) or find_case(table)
    if id_ is None:
        return None
    rows = pd.Series(table.labels(id_))
    if options.state is None and len(rows) < _ROWS_AN_INCIDENT * max(rows.nunique(), 1):
        return None
    opened = options.time or _find_opened(table, id_)
    events = (first_named(table.columns, [name]) for name in _EVENT_TIMES)
    candidates = dict.fromkeys((*changed_columns(table.columns), *(name for name in events if name is not None)))
    named = (name for name in candidates if name != opened and _changes(table, name, id_, times=True))
    updated = options.updated or next(named, None) or find_moment(table, id_)
    if updated is None:
        return None
    state = options.state or _find_state(table, options, (id_, updated, opened))
    if state is None:
        return None
    return LogColumns(id_, updated, state, None if opened == updated else opened, None, is_known=False)


def _find_state(table: Table, options: ReadOptions, taken: tuple[str, str, str | None]) -> str | None:
    id_, updated, _ = taken
    state = first_named(table.columns, STATE_NAMES)
    if state is not None and _changes(table, state, id_, times=False):
        return state
    moments, problems = read_times(table, [updated], options.tz, month_first=options.month_first)
    if problems:
        return None
    step = find_step(table, id_, moments[updated], [name for name in taken if name is not None])
    # Beside a state that stays, such as one that was filled in at the export, only what is called a step is one.
    return step if step is None or state is None or says_step(step) else None


def _of_known_export(table: Table, options: ReadOptions) -> LogColumns | None:
    def column(names: Sequence[str]) -> str:
        found = first_named(table.columns, names)
        assert found is not None  # noqa: S101  the export is recognised by these
        return found

    number = column(["number"])
    # A wide incident table has the same columns and texts besides, but each number once.
    has_text = first_named(table.columns, [*TITLE_NAMES, *DESCRIPTION_NAMES]) is not None
    if has_text and not table.frame[number].duplicated().any():
        return None
    return LogColumns(
        options.id or number,
        column(UPDATED_AT_NAMES),
        column(STATE_NAMES),
        options.time or column(OPENED_AT_NAMES),
        column(["sys_mod_count"]),
        is_known=True,
    )


def _find_opened(table: Table, id_: str) -> str | None:
    """Return a time that stays within incidents: one that is called so, unless it is missing where another is not."""
    named = _steady(table, opened_columns(table.columns), id_)
    if named is not None and table.is_full(named):
        return named
    ended = {*ended_columns(table.columns), *changed_columns(table.columns)}
    shaped = [name for name in table.columns if name not in ended and refusal(name) is None and _is_times(table, name)]
    other = _steady(table, shaped, id_)
    return other if other is not None and table.is_full(other) else named


def _is_times(table: Table, name: str) -> bool:
    return looks_like_times(table.labels(name), named=False)


def _steady(table: Table, columns: Sequence[str], id_: str) -> str | None:
    times = (name for name in columns if looks_like_times(table.labels(name), named=True))
    steady = [name for name in times if values_a_case(table, name, id_) < _STATES_AN_INCIDENT]
    return table.fullest(steady) if steady else None


def _changes(table: Table, column: str, id_: str, *, times: bool) -> bool:
    if times and not looks_like_times(table.labels(column), named=True):
        return False
    return values_a_case(table, column, id_) >= _STATES_AN_INCIDENT
