"""Batches, watcher states and warnings as rows of the tables, and what a transaction does with them. No commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

import orjson
from sqlalchemy import Connection, RowMapping, bindparam, delete, insert, select, update

from triage.domain import Cause, EarlyWarning
from triage.flow import MetricBatch, Snapshot
from triage.parts import JSON
from triage.store.columns import pack_batch, pack_part, unpack_part
from triage.store.dialects import in_parts
from triage.store.group_rows import reasons_in
from triage.store.tables import metric_batches, warnings, watcher_snapshots
from triage.watch.forecasts import forecast_document, saturation_document, to_forecast, to_saturation

__all__ = [
    "BatchRow",
    "SnapshotRow",
    "WarningRow",
    "batch_row",
    "put_snapshot",
    "put_warnings",
    "snapshot_of",
    "snapshot_row",
    "warning_of",
    "warning_row",
    "write_batches",
]


class BatchRow(TypedDict):
    """A row of ``metric_batches``."""

    seq: int
    received_at: datetime
    points: int
    columns: bytes


class SnapshotRow(TypedDict):
    """A row of ``watcher_snapshots``."""

    seq: int
    origin: str
    last_ns: int
    taken_at: datetime
    state: bytes


class WarningRow(TypedDict):
    """A row of ``warnings``."""

    warning_id: str
    entity: str
    opened_at: datetime
    closed_at: datetime | None
    score: float
    causes: str
    why: str
    part_of: str
    ended_at: datetime | None
    size: int
    similarity: float
    reasons: str
    forecast: str | None
    saturation: str | None


def batch_row(seq: int, received_at: datetime, batch: MetricBatch) -> BatchRow:
    """Render a batch."""
    return {"seq": seq, "received_at": received_at, "points": len(batch), "columns": pack_batch(batch)}


def snapshot_row(snapshot: Snapshot) -> SnapshotRow:
    """Render a state."""
    return {
        "seq": snapshot.seq,
        "origin": snapshot.origin,
        "last_ns": snapshot.last_ns,
        "taken_at": snapshot.taken_at,
        "state": pack_part(snapshot.state),
    }


def snapshot_of(row: RowMapping) -> Snapshot:
    """Read a state back."""
    return Snapshot(row["seq"], row["origin"], row["last_ns"], row["taken_at"], unpack_part(row["state"]))


def warning_row(warning: EarlyWarning) -> WarningRow:
    """Render a warning."""
    return {
        "warning_id": warning.id,
        "entity": warning.entity,
        "opened_at": warning.opened_at,
        "closed_at": warning.closed_at,
        "score": warning.score,
        "causes": orjson.dumps([[cause.metric, cause.contribution] for cause in warning.causes]).decode(),
        "why": warning.why,
        "part_of": warning.part_of,
        "ended_at": warning.ended_at,
        "size": warning.size,
        "similarity": warning.similarity,
        "reasons": orjson.dumps([[*reason] for reason in warning.reasons]).decode(),
        "forecast": _text(forecast_document(warning.forecast)),
        "saturation": _text(saturation_document(warning.saturation)),
    }


def warning_of(row: RowMapping) -> EarlyWarning:
    """Read a warning back."""
    return EarlyWarning(
        row["warning_id"],
        row["entity"],
        row["opened_at"],
        row["closed_at"],
        row["score"],
        tuple(Cause(metric, contribution) for metric, contribution in orjson.loads(row["causes"])),
        row["why"],
        row["ended_at"],
        row["part_of"],
        row["size"],
        row["similarity"],
        reasons_in(row["reasons"]),
        None if row["forecast"] is None else to_forecast(orjson.loads(row["forecast"])),
        None if row["saturation"] is None else to_saturation(orjson.loads(row["saturation"])),
    )


def _text(document: dict[str, JSON] | None) -> str | None:
    return None if document is None else orjson.dumps(document).decode()


def write_batches(connection: Connection, rows: Sequence[BatchRow]) -> None:
    """Add batches."""
    if rows:
        connection.execute(insert(metric_batches), rows)


def put_warnings(connection: Connection, rows: Sequence[WarningRow]) -> None:
    """Write warnings, each in place of its former self; of one that occurs several times the last counts."""
    latest = {row["warning_id"]: row for row in rows}
    there: set[str] = set()
    ids = list(latest)
    for some in in_parts(ids):
        there.update(connection.scalars(select(warnings.c.warning_id).where(warnings.c.warning_id.in_(some))))
    made = [row for row in latest.values() if row["warning_id"] not in there]
    moved = [{"of_id": row["warning_id"], **row} for row in latest.values() if row["warning_id"] in there]
    if made:
        connection.execute(insert(warnings), made)
    if moved:
        names = ("closed_at", "score", "causes", "why", "part_of", "ended_at", "size", "similarity", "reasons")
        connection.execute(
            update(warnings)
            .where(warnings.c.warning_id == bindparam("of_id"))
            .values(**{name: bindparam(name) for name in names}),
            [{name: row[name] for name in ("of_id", *names)} for row in moved],
        )


def put_snapshot(connection: Connection, row: SnapshotRow) -> None:
    """Write a state in place of the one before, and let the batches that are in it go.

    A state that is older than the stored one comes from a process that no longer watches, and is passed over.
    """
    if connection.scalar(select(watcher_snapshots.c.seq).where(watcher_snapshots.c.seq > row["seq"]).limit(1)):
        return
    connection.execute(delete(watcher_snapshots))
    connection.execute(insert(watcher_snapshots), [row])
    connection.execute(delete(metric_batches).where(metric_batches.c.seq <= row["seq"]))
