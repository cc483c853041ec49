"""A table → the history that a training run learns from. Tells all that is wrong with it at once; repairs nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from triage.datasets.event_log import FoldedLog, fold, input_columns, is_event_log, refused_columns
from triage.datasets.identity import fingerprint, row_keys
from triage.datasets.outcomes import hours_taken, to_outcomes, were_raised
from triage.datasets.roles import Roles, assign_roles
from triage.datasets.table import ReadOptions, Table, listed, row_problems
from triage.datasets.times import known_zone, read_times
from triage.errors import DataError, Problem, UsageError
from triage.exports import EVENT_LOG, INCIDENT_TABLE, Export, changed_columns, first_named, recognise, target_columns
from triage.learn.inputs import InputColumns
from triage.training import History, RefusedColumn

__all__ = ["to_history"]

# Rows an identifier, from which on a table is rather a log than one with a few slips.
_ROWS_OF_LOG = 1.5
# Of incidents: beyond slips of the keyboard, what so many end with as they began is given, not decided.
_NEVER_CHANGES = 0.99
_Labels = Mapping[str, NDArray[np.object_]]


def to_history(table: Table, options: ReadOptions) -> History:
    """Turn a table into incidents of the past, oldest first.

    Parameters
    ----------
    table : Table
    options : ReadOptions
        Override whatever would be found.

    Returns
    -------
    History
        Cells of ``inputs`` and ``targets`` are of dtype object: str, or None where missing. Incidents of the same
        time keep the file's order. ``known_at`` is NaT where the file does not say.

    Raises
    ------
    UsageError
        A column that is not there or is asked for in two roles; no target where it is not clear which.
    DataError
        Times that cannot be read or be told apart, duplicate identifiers, a target with fewer than two labels or two
        labelled rows, empty text, nothing to learn from: all that apply, with their rows.
    """
    missing, there = table.missing(options), options.within(table.columns)
    if missing and options.targets and not there.targets:
        raise UsageError(missing, table.problems)
    draft = (
        _from_log(table, there) if is_event_log(table, there) else _from_snapshot(table, there, _snapshot_export(table))
    )
    problems = [*table.problems, *draft.problems, *_target_problems(draft.targets), *_input_problems(draft, there)]
    if missing:
        raise UsageError(missing, problems)
    if problems:
        raise DataError(f"{table.path} cannot be learnt from.", problems)
    return _in_order(table, draft, options)


@dataclass(frozen=True, slots=True, eq=False)
class _Draft:
    kind: str
    inputs: _Labels
    targets: _Labels
    opened_at: pd.Series | None
    known_at: pd.Series | None
    ids: NDArray[np.object_] | None
    columns: InputColumns
    refused: tuple[RefusedColumn, ...]
    problems: tuple[Problem, ...]
    outcomes: Mapping[str, NDArray[np.object_] | pd.Series]


def _snapshot_export(table: Table) -> Export | None:
    export = recognise(table.columns)
    return INCIDENT_TABLE if export is EVENT_LOG else export


def _from_log(table: Table, options: ReadOptions) -> _Draft:
    named = (first_named(table.columns, [name]) for name in EVENT_LOG.default_targets)
    called = (next(iter(names), None) for names in target_columns(table.columns))
    usual = (*named, *(called if recognise(table.columns) is not EVENT_LOG else ()))
    targets = options.targets or tuple(dict.fromkeys(name for name in usual if name is not None))
    if not targets:
        raise UsageError(
            f"{table.path.name} is an event log: say what to learn of each incident, as its last row has it, with "
            f"--target COL[,COL…]. Its columns are: {listed(table.columns)}."
        )
    log = fold(table, options, with_end=True)
    text, fields = input_columns(table, options, log)
    problems = list(log.problems)
    if not problems and not log.at_opening.any():
        problems.append(
            Problem(
                "no incident has its opening event (state New, updated within 5 minutes of opening), "
                "so that nothing is known at opening; export the log from its beginning."
            )
        )
    labels = {name: log.final_labels(table, name) for name in targets}
    learnable = {
        name: cells for name, cells in labels.items() if name in options.targets or len(set(cells) - {None}) > 1
    }
    if not (options.targets or log.columns.is_known):
        decided = {
            name: cells for name, cells in learnable.items() if not _stays(log.opening_labels(table, name), cells)
        }
        learnable = decided or learnable
    return _Draft(
        kind=EVENT_LOG.kind if log.columns.is_known else "event-log",
        inputs={name: log.opening_labels(table, name) for name in (*text, *fields)},
        targets=learnable or labels,
        opened_at=log.opened_at,
        known_at=log.settled_at,
        ids=log.ids,
        columns=_columns(text, fields, log.columns.opened or log.columns.updated, options),
        refused=refused_columns(table, log, (*text, *fields)),
        problems=tuple(problems),
        outcomes=_log_outcomes(table, log),
    )


def _stays(opening: NDArray[np.object_], final: NDArray[np.object_]) -> bool:
    """Return whether what an incident is opened with hardly ever changes, so that nothing is decided."""
    known = pd.notna(opening)
    return bool(known.any() and (opening[known] == final[known]).mean() >= _NEVER_CHANGES)


def _log_outcomes(table: Table, log: FoldedLog) -> Mapping[str, NDArray[np.object_] | pd.Series]:
    priority = first_named(table.columns, ["priority"])
    raised = None
    if priority is not None:
        raised = were_raised(log.opening_labels(table, priority), log.final_labels(table, priority))
    told = to_outcomes(table.columns, lambda name: log.final_labels(table, name), log.ended_at, raised)
    return {**told, **_timed(log.hours)}


def _from_snapshot(table: Table, options: ReadOptions, export: Export | None) -> _Draft:
    roles = assign_roles(table, options, export)
    times = _times(table, roles, options)
    problems = list(times.problems)
    ids = None if roles.id is None else table.labels(roles.id)
    if roles.id is not None and ids is not None:
        problems += _id_problems(table, roles.id, ids)
    return _Draft(
        kind=export.kind if export is not None else "tickets",
        inputs={name: table.labels(name) for name in (*roles.text, *roles.fields)},
        targets={name: table.labels(name) for name in roles.targets},
        opened_at=times.opened_at,
        known_at=times.known_at,
        ids=ids,
        columns=_columns(roles.text, roles.fields, roles.time, options),
        refused=roles.refused,
        problems=tuple(problems),
        outcomes={**to_outcomes(table.columns, table.labels, times.ended_at, _raised(table)), **_timed(times.hours)},
    )


def _columns(text: tuple[str, ...], fields: Iterable[str], time: str | None, options: ReadOptions) -> InputColumns:
    # Sorted, so that a file whose columns were moved makes the same model. Texts are joined in the order they have.
    zone = None if options.tz is None else known_zone(options.tz)
    return InputColumns(text, tuple(sorted(fields)), time is not None, time, zone)


@dataclass(frozen=True, slots=True, eq=False)
class _Times:
    """When incidents were opened, ended, and their labels known; None where the file does not say."""

    opened_at: pd.Series | None = None
    ended_at: pd.Series | None = None
    known_at: pd.Series | None = None
    hours: pd.Series | None = None
    problems: tuple[Problem, ...] = ()


def _times(table: Table, roles: Roles, options: ReadOptions) -> _Times:
    if roles.time is None:
        # Without a time of opening the labels' times say nothing about what came first.
        return _Times()
    moments, problems = read_times(table, [roles.time, *roles.known_at], options.tz, month_first=options.month_first)
    opened_at = moments[roles.time]
    message = "has no time of opening; fill it in, remove the rows, or name another column by --time."
    problems += row_problems(message, roles.time, table, pd.isna(table.labels(roles.time)))
    ends = [name for name in roles.known_at if name not in changed_columns(table.columns)]
    ended_at, known_at = (_first_of(moments, names, opened_at) for names in (ends, roles.known_at))
    hours = hours_taken(opened_at, [moments[name] for name in ends])
    return _Times(opened_at, ended_at, known_at, hours, tuple(problems))


def _first_of(moments: Mapping[str, pd.Series], names: Iterable[str], opened_at: pd.Series) -> pd.Series | None:
    found = pd.Series(pd.NaT, index=opened_at.index, dtype=opened_at.dtype)
    for name in names:
        found = found.fillna(moments[name])
    # Clocks that disagree must not let a label be known before its incident.
    found = found.where(found.isna() | (found >= opened_at), opened_at)
    return found if found.notna().any() else None


def _timed(hours: pd.Series | None) -> dict[str, pd.Series]:
    return {} if hours is None else {"hours": hours}


def _raised(table: Table) -> NDArray[np.object_] | None:
    # Only a file that holds both, such as a log that somebody folded, can say.
    opening, end = (first_named(table.columns, [name]) for name in ("priority_open", "priority_final"))
    return None if opening is None or end is None else were_raised(table.labels(opening), table.labels(end))


def _id_problems(table: Table, name: str, ids: NDArray[np.object_]) -> Iterator[Problem]:
    given = pd.Series(ids)
    repeated = given.duplicated(keep=False) & given.notna()
    if repeated.any():
        message = "identifiers must differ; remove the duplicates, or name another column by --id."
        if len(given.dropna()) >= _ROWS_OF_LOG * given.nunique():
            message += (
                " If a row is a change of an incident, say so in triage.toml: [columns] id = "
                f'"{name}", state = "COL" and updated = "COL", the columns of what the row tells and of when.'
            )
        yield from row_problems(message, name, table, repeated.to_numpy(), given[repeated].iloc[0])
    yield from row_problems(
        "has no identifier; fill it in, or name another column by --id.", name, table, given.isna().to_numpy()
    )


def _target_problems(targets: _Labels) -> Iterator[Problem]:
    for name, labels in targets.items():
        given = pd.Series(labels).dropna()
        if len(given) < 2:
            yield Problem(
                "a target needs at least two labelled rows.", name, got=f"{len(given)} of {len(labels)} rows labelled"
            )
        elif given.nunique() < 2:
            yield Problem("a target needs at least two different labels.", name, got=given.iloc[0])


def _input_problems(draft: _Draft, options: ReadOptions) -> Iterator[Problem]:
    if draft.columns.text and options.text and all(pd.isna(draft.inputs[name]).all() for name in draft.columns.text):
        yield Problem("the text is empty in every row; name another column by --text.", ", ".join(draft.columns.text))
    if not draft.inputs:
        yield Problem(
            "no column is left to learn from; name some by --text or --field. See why each was left out: "
            + "; ".join(f"{column.name}: {column.reason}" for column in draft.refused[:10])
        )


def _in_order(table: Table, draft: _Draft, options: ReadOptions) -> History:
    n_rows = len(next(iter(draft.targets.values())))
    order = np.arange(n_rows)[:: -1 if options.order == "newest-first" else 1]
    if draft.opened_at is not None:
        order = order[np.argsort(draft.opened_at.to_numpy(dtype="datetime64[ns]")[order], kind="stable")]
    inputs, targets = _frame(draft.inputs, order), _frame(draft.targets, order)
    opened_at, known_at = _taken(draft.opened_at, order), _taken(draft.known_at, order)
    ids = None if draft.ids is None else pd.Series(draft.ids[order], dtype=object)
    return History(
        name=table.name,
        kind=draft.kind,
        inputs=inputs,
        targets=targets,
        opened_at=opened_at,
        known_at=known_at,
        ids=ids,
        columns=draft.columns,
        refused=draft.refused,
        fingerprint=fingerprint(inputs, targets, ids, opened_at, known_at),
        keys=row_keys(inputs, opened_at if draft.columns.opened_at else None, ids),
        outcomes=_outcomes(draft, order),
    )


def _outcomes(draft: _Draft, order: NDArray[np.int64]) -> pd.DataFrame:
    columns = {
        name: _taken(cells, order) if isinstance(cells, pd.Series) else pd.Series(cells[order], dtype=object)
        for name, cells in draft.outcomes.items()
    }
    return pd.DataFrame(columns, index=pd.RangeIndex(len(order)))


def _frame(labels: _Labels, order: NDArray[np.int64]) -> pd.DataFrame:
    return pd.DataFrame(
        {name: pd.Series(cells[order], dtype=object) for name, cells in labels.items()}, index=pd.RangeIndex(len(order))
    )


def _taken(moments: pd.Series | None, order: NDArray[np.int64]) -> pd.Series | None:
    return None if moments is None else moments.iloc[order].reset_index(drop=True)
