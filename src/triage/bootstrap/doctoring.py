"""Wires the doctor: a file to a history, the history to findings with the file's own row numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from triage.bootstrap.reading import complete_targets, over_settings, part_names, tell_encoding
from triage.datasets import ReadOptions, Table, read_table, to_history
from triage.datasets.event_log import FoldedLog, fold, is_event_log
from triage.datasets.times import read_times
from triage.learn.doctor import SLICES, Diagnosis, Finding, Material, RowNote, examine
from triage.learn.inputs import from_frame
from triage.settings import Settings
from triage.training import History
from triage.training.evaluation import split_history

__all__ = ["Examined", "examine_file"]


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """A history with what is wrong with it.

    Parameters
    ----------
    history : History
    diagnosis : Diagnosis
        Rows are positions in the history.
    rows : ndarray of int64 of shape (n,)
        Each incident's row in the file as a spreadsheet shows it; of an event log, its first event's.
    slices : ndarray of int8 of shape (n,)
        Position in `SLICES`, or -1.
    """

    history: History
    diagnosis: Diagnosis
    rows: NDArray[np.int64]
    slices: NDArray[np.int8]

    def as_document(self) -> dict[str, object]:
        """Return everything but the numbers to draw as JSON values."""
        return {
            "name": self.history.name,
            "kind": self.history.kind,
            "incidents": len(self.history),
            "slices": dict(self.diagnosis.slices),
            "targets": [str(name) for name in self.history.targets],
            "text": list(self.history.columns.text),
            "fields": list(self.history.columns.fields),
            "findings": [self._finding(each) for each in self.diagnosis.findings],
            "notes": list(self.diagnosis.notes),
        }

    def row_document(self, note: RowNote) -> dict[str, object]:
        """Return one row of a finding: its number in the file, its identifier and slice, and what it says."""
        told = {**self._place(note.row), "says": dict(note.says)}
        return told if note.twin is None else {**told, "twin": self._place(note.twin)}

    def _place(self, position: int) -> dict[str, object]:
        given = None if self.history.ids is None else self.history.ids.iloc[position]
        number = int(self.slices[position])
        return {
            "row": int(self.rows[position]),
            "id": given if isinstance(given, str) else None,
            "slice": SLICES[number] if number >= 0 else None,
        }

    def _finding(self, each: Finding) -> dict[str, object]:
        return {
            "kind": each.kind,
            "severity": str(each.severity),
            "about": each.about or None,
            "message": each.message,
            "what_to_do": each.advice,
            "count": each.count,
            "counted": each.counted,
            "rows": [self.row_document(note) for note in each.rows],
            "details": [dict(detail) for detail in each.details],
        }


def examine_file(
    settings: Settings, file: Path, options: ReadOptions, most_rows: int, progress: Callable[[str], None]
) -> Examined:
    """Read a file as training reads it, cut it as training cuts it, and look for what is wrong with it.

    Raises
    ------
    UsageError
        Options that cannot be meant.
    DataError
        A file that cannot be learnt from, with the rows at fault.
    """
    progress(f"Reading {file}")
    table = read_table(file, options)
    tell_encoding(table, progress)
    options = complete_targets(part_names(over_settings(settings, options), table.columns), table.columns)
    history = to_history(table, options)
    progress(f"{len(history):,} incidents ({history.kind}); targets {', '.join(map(str, history.targets))}")
    slices = _to_slices(history)
    log = fold(table, options, with_end=True) if is_event_log(table, options) else None
    if log is None:
        order = _snapshot_order(table, history, options)
        rows, material = table.rows[order], _to_material(history, slices, _others(table, history, order), {})
    else:
        order = _log_order(log, history)
        rows = table.rows[log.first[order]]
        ends = {str(name): log.final_labels(table, str(name))[order] for name in history.inputs}
        material = _to_material(history, slices, _final_others(table, log, history, order), ends)
    return Examined(history, examine(material, most_rows, progress), rows, slices)


def _to_slices(history: History) -> NDArray[np.int8]:
    split = split_history(history)
    slices = np.full(len(history), -1, np.int8)
    for number, rows in enumerate((split.fit, split.validate, split.newest)):
        slices[rows] = number
    return slices


def _snapshot_order(table: Table, history: History, options: ReadOptions) -> NDArray[np.int64]:
    """Return the file's position of each incident: a history does not keep it, so it is put in order again."""
    order = np.arange(len(table))[:: -1 if options.order == "newest-first" else 1]
    if history.columns.time is None:
        return order
    moments, _ = read_times(table, [history.columns.time], options.tz)
    opened = moments[history.columns.time].to_numpy(dtype="datetime64[ns]")
    return order[np.argsort(opened[order], kind="stable")]


def _log_order(log: FoldedLog, history: History) -> NDArray[np.int64]:
    place = {str(id_): at for at, id_ in enumerate(log.ids)}
    ids = history.ids if history.ids is not None else log.ids
    return np.array([place[str(id_)] for id_ in ids], np.int64)


def _others(table: Table, history: History, order: NDArray[np.int64]) -> dict[str, NDArray[np.object_]]:
    names = (column.name for column in history.refused if column.name not in history.targets.columns)
    return {name: table.labels(name)[order] for name in names if name in table.columns}


def _final_others(
    table: Table, log: FoldedLog, history: History, order: NDArray[np.int64]
) -> dict[str, NDArray[np.object_]]:
    names = (column.name for column in history.refused if column.name not in history.targets.columns)
    return {name: log.final_labels(table, name)[order] for name in names if name in table.columns}


def _to_material(
    history: History,
    slices: NDArray[np.int8],
    others: Mapping[str, NDArray[np.object_]],
    ends: Mapping[str, NDArray[np.object_]],
) -> Material:
    return Material(
        texts=from_frame(history.inputs, None, replace(history.columns, opened_at=False)).texts,
        inputs={str(name): history.inputs[name].to_numpy(dtype=object) for name in history.inputs},
        fields=history.columns.fields,
        targets={str(name): history.targets[name].to_numpy(dtype=object) for name in history.targets},
        slices=slices,
        refused={column.name: column.reason for column in history.refused},
        others=others,
        ends=ends,
    )
