"""Wires the labelling of files: a table in, the same table with answers out, through the engine that serves live."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from triage.bootstrap.labelled_columns import AddedColumns
from triage.bootstrap.places import open_shelf
from triage.bootstrap.reading import as_in_training, read_as_in_training, tell_encoding, to_label_by
from triage.bootstrap.service_levels import to_service_levels
from triage.datasets import ReadOptions, Table, check_out, read_table, to_incidents, write_labelled
from triage.domain import Incident, Triage
from triage.engine import Engine
from triage.learn.inputs import InputColumns
from triage.registry.loading import to_loaded
from triage.settings import Settings

__all__ = ["Labelled", "Order", "label_file"]

# Incidents a call of the engine: enough to spread its fixed cost, few enough for progress every second.
_BATCH = 2000
_MOST_REASONS, _MOST_PRECEDENTS = 6, 3
# How often progress is told, whatever the size of the file.
_TOLD = 10


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: which model answers, where to, and whether with reasons and precedents."""

    model: str
    out: Path
    reasons: bool = False
    precedents: bool = False


@dataclass(frozen=True, slots=True)
class Labelled:
    """What was written.

    Parameters
    ----------
    model, version : str
    rows, incidents : int
        Rows written, and incidents answered; of an event log, several rows share one.
    decisions : mapping of str to mapping of str to int
        Incidents by target and decision.
    out : str
    missing_columns : sequence of str
        What the model reads and the file does not have; it counts as missing in every row.
    """

    model: str
    version: str
    rows: int
    incidents: int
    decisions: Mapping[str, Mapping[str, int]]
    out: str
    missing_columns: Sequence[str]

    def as_document(self) -> dict[str, object]:
        """Return it as JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}


def label_file(
    settings: Settings, file: Path, order: Order, options: ReadOptions, progress: Callable[[str], None]
) -> Labelled:
    """Label a file with a champion.

    Raises
    ------
    NotFound
        No such model.
    BundleRefused
        The model failed verification.
    SettingsError
        ``[sla]`` cannot be used.
    UsageError
        The file has none of the model's columns, or ``out`` cannot be written.
    DataError
        The file cannot be read, or holds a column already that would be added.
    """
    levels = to_service_levels(settings)
    bundle = open_shelf(settings).load(order.model)
    loaded = to_loaded(bundle)
    engine = Engine(
        [loaded],
        most_reasons=_MOST_REASONS if order.reasons else 0,
        most_precedents=_MOST_PRECEDENTS if order.precedents else 0,
        levels=levels,
    )
    progress(f"Reading {file}")
    table = read_table(file, options) if options.encoding else read_as_in_training(file, as_in_training(bundle.card))
    tell_encoding(table, progress)
    options = to_label_by(bundle.card, options, table)
    added = AddedColumns.of(loaded, reasons=order.reasons, precedents=order.precedents, has_limits=levels is not None)
    check_out(table, added.names(), order.out)
    now = datetime.now(UTC)
    incidents, row_incident = to_incidents(table, loaded.model.columns, options, now)
    missing = _missing_columns(table, loaded.model.columns, incidents)
    if missing:
        progress(f"The model reads what {file.name} does not have, and answers without it: {', '.join(missing)}")
    triages: list[Triage] = []
    for start in range(0, len(incidents), _BATCH):
        triages += engine.handle_many(incidents[start : start + _BATCH], now)
        if len(triages) == len(incidents) or len(triages) * _TOLD // len(incidents) > start * _TOLD // len(incidents):
            progress(f"{len(triages):,} of {len(incidents):,} incidents labelled")
    columns = added.cells(triages)
    by_row = {name: [cells[at] for at in row_incident.tolist()] for name, cells in columns.items()}
    write_labelled(table, by_row, order.out)
    decisions = {target: _count(columns[f"{target}_decision"]) for target in added.targets}
    ref = loaded.ref
    return Labelled(ref.name, ref.version, len(table), len(incidents), decisions, str(order.out), missing)


def _missing_columns(table: Table, columns: InputColumns, incidents: Sequence[Incident]) -> list[str]:
    missing = [name for name in (*columns.text, *columns.fields) if name not in table.columns]
    if columns.opened_at and all(incident.opened_at is None for incident in incidents):
        missing.append(columns.time or "opened_at")
    return missing


def _count(decisions: Sequence[str]) -> dict[str, int]:
    return {decision: decisions.count(decision) for decision in sorted(set(decisions))}
