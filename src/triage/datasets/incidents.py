"""A table → incidents as they would have come in live: opening values only, in the file's order. Never reads ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from triage.datasets.event_log import fold, is_event_log
from triage.datasets.numbering import find_id
from triage.datasets.openings import find_time
from triage.datasets.profiles import Profile, profile_all
from triage.datasets.table import ReadOptions, Table, listed
from triage.datasets.times import read_times
from triage.domain import Incident
from triage.errors import DataError, UsageError
from triage.exports import DESCRIPTION_NAMES, TITLE_NAMES, first_named
from triage.learn.inputs import InputColumns

__all__ = ["to_incidents"]


def to_incidents(
    table: Table, columns: InputColumns, options: ReadOptions, received_at: datetime
) -> tuple[list[Incident], NDArray[np.int64]]:
    """Turn a table into incidents to be labelled.

    Parameters
    ----------
    table : Table
    columns : InputColumns
        What the models read. A column that the file lacks is missing in every incident.
    options : ReadOptions
        ``time``, ``id`` and ``tz`` are used; a time or identifier that is not named is found.
    received_at : datetime
        Stands for the moment when every incident reached us (aware, UTC).

    Returns
    -------
    incidents : list of Incident
        In the file's order. Their labels are the models' columns, and a title and a description under their own names.
        Of an event log, one an incident, in the order of first rows, and only what its opening event says.
    row_incident : ndarray of shape (n_rows,)
        The position of each row's incident.

    Raises
    ------
    UsageError
        The file has no column that the models read, nor a title or a description.
    DataError
        Times that cannot be read or be told apart, with their rows.
    """
    if missing := table.missing(options):
        raise UsageError(missing, table.problems)
    if table.problems:
        raise DataError(f"{table.path} cannot be labelled.", table.problems)
    names = _columns_to_read(table, columns)
    if is_event_log(table, options):
        return _from_log(table, names, options, received_at)
    labels = {name: table.labels(name) for name in names}
    profiles = profile_all(table)
    opened_at = _opened_at(table, options, profiles) if columns.opened_at or options.time else None
    ids = _ids(table, options, profiles)
    return _build(table, labels, ids, opened_at, received_at), np.arange(len(table), dtype=np.int64)


def _columns_to_read(table: Table, columns: InputColumns) -> list[str]:
    named = (*columns.text, *columns.fields)
    texts = (first_named(table.columns, names) for names in (TITLE_NAMES, DESCRIPTION_NAMES))
    found = [name for name in dict.fromkeys((*named, *texts)) if name is not None and name in table.frame.columns]
    if named and not found:
        raise UsageError(
            f"{table.path.name} has none of the columns that the model reads: {listed(named)}. "
            f"Its columns are: {listed(table.columns)}."
        )
    return found


def _from_log(
    table: Table, names: Sequence[str], options: ReadOptions, received_at: datetime
) -> tuple[list[Incident], NDArray[np.int64]]:
    log = fold(table, options, with_end=False)
    if log.problems:
        raise DataError(f"{table.path} cannot be labelled.", log.problems)
    labels = {name: log.opening_labels(table, name) for name in names}
    return _build(table, labels, log.ids, log.opened_at, received_at), log.incident


def _opened_at(table: Table, options: ReadOptions, profiles: Mapping[str, Profile]) -> pd.Series | None:
    name = find_time(table, options, profiles)
    if name is None:
        return None
    moments, problems = read_times(table, [name], options.tz, month_first=options.month_first)
    if problems:
        raise DataError(f"{table.path} cannot be labelled.", problems)
    return moments[name]


def _ids(table: Table, options: ReadOptions, profiles: Mapping[str, Profile]) -> NDArray[np.object_]:
    by_row = np.array([f"row-{row}" for row in table.rows.tolist()], dtype=object)
    name = find_id(options, profiles)
    if name is None:
        return by_row
    given = table.labels(name)
    return np.where(pd.isna(given), by_row, given)


def _build(
    table: Table,
    labels: Mapping[str, NDArray[np.object_]],
    ids: NDArray[np.object_],
    opened_at: pd.Series | None,
    received_at: datetime,
) -> list[Incident]:
    names = list(labels)
    rows = zip(*labels.values(), strict=True) if names else [()] * len(ids)
    moments = [None] * len(ids) if opened_at is None else _as_datetimes(opened_at)
    return [
        Incident(
            id_,
            table.name,
            received_at,
            moment,
            {name: cell for name, cell in zip(names, row, strict=True) if cell is not None},
        )
        for id_, moment, row in zip(ids.tolist(), moments, rows, strict=True)
    ]


def _as_datetimes(moments: pd.Series) -> list[datetime | None]:
    known = moments.notna().tolist()
    # Whole microseconds: plain datetimes know no smaller unit.
    micros = moments.to_numpy(dtype="datetime64[us]").astype(object).tolist()
    return [at.replace(tzinfo=UTC) if is_known else None for at, is_known in zip(micros, known, strict=True)]
