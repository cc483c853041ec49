"""Entries and answers as rows of the tables, and back. No connection, no statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, TypedDict

import orjson
from sqlalchemy import RowMapping

from triage.domain import Triage
from triage.flow import (
    Answer,
    AnswerStatus,
    Entry,
    outlook_document,
    predictions_document,
    predictions_from_document,
    with_outlook,
)

__all__ = ["EntryRows", "Key", "answer_of", "decision_values", "rows_of"]

Key: TypeAlias = tuple[str, str]


class _RevisionRow(TypedDict):
    source: str
    incident_id: str
    received_at: datetime
    opened_at: datetime | None
    as_of: datetime | None
    digest: str
    labels: str
    body: str


class _DecisionValues(TypedDict):
    answered_at: datetime | None
    degraded: str
    predictions: str
    outlook: str


class _DecisionRow(_DecisionValues):
    source: str
    incident_id: str


@dataclass(frozen=True, slots=True)
class EntryRows:
    """An entry ready to be written; only its revision is not known yet.

    Parameters
    ----------
    entry : Entry
    revision, decision : mapping of str to value
        Its rows of the two tables.
    """

    entry: Entry
    revision: _RevisionRow
    decision: _DecisionRow

    @property
    def key(self) -> Key:
        """Which incident: source and id."""
        return self.revision["source"], self.revision["incident_id"]


def rows_of(entries: Iterable[Entry]) -> tuple[EntryRows, ...]:
    """Render entries, in the caller's thread: the writer should only write."""
    return tuple(_rows_of(entry) for entry in entries)


def answer_of(row: RowMapping, status: AnswerStatus | None = None) -> Answer:
    """Read an answer from the columns of revisions and decisions, by default as it was first given."""
    triage = Triage(
        row["incident_id"],
        row["source"],
        predictions_from_document(orjson.loads(row["predictions"])),
        row["degraded"],
        row["answered_at"],
    )
    return Answer(
        status or (AnswerStatus.CREATED if row["revision"] == 1 else AnswerStatus.UPDATED),
        row["revision"],
        row["received_at"],
        with_outlook(triage, orjson.loads(row["outlook"])),
    )


def decision_values(triage: Triage) -> _DecisionValues:
    """Render an answer."""
    return {
        "answered_at": triage.answered_at,
        "degraded": triage.degraded,
        "predictions": orjson.dumps(predictions_document(triage.predictions)).decode(),
        "outlook": orjson.dumps(outlook_document(triage)).decode(),
    }


def _rows_of(entry: Entry) -> EntryRows:
    received, triage = entry.received, entry.triage
    incident = received.incident
    return EntryRows(
        entry,
        {
            "source": incident.source,
            "incident_id": incident.id,
            "received_at": incident.received_at,
            "opened_at": incident.opened_at,
            "as_of": received.as_of,
            "digest": received.digest,
            "labels": orjson.dumps(dict(incident.labels)).decode(),
            "body": received.body.decode(),
        },
        {
            "source": incident.source,
            "incident_id": incident.id,
            **decision_values(triage),
        },
    )
