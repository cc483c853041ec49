"""Entries and answers as rows of the tables, and back. No connection, no statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, TypedDict

import orjson
from sqlalchemy import RowMapping

from triage.domain import Incident, IncidentState, Triage
from triage.flow import (
    Answer,
    AnswerStatus,
    Entry,
    outlook_document,
    predictions_document,
    predictions_from_document,
    with_outlook,
)

__all__ = ["EntryRows", "Key", "answer_of", "decision_values", "incident_of", "rows_of"]

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
    state: str


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


def answer_of(row: RowMapping, state: str | None = None) -> Answer:
    """Read an answer as it was first given from the columns of revisions and decisions.

    Parameters
    ----------
    row : RowMapping
    state : str or None, default=None
        Of the revision, where the row has another column of this name.
    """
    triage = Triage(
        row["incident_id"],
        row["source"],
        predictions_from_document(orjson.loads(row["predictions"])),
        row["degraded"],
        row["answered_at"],
    )
    return Answer(
        AnswerStatus.CREATED if row["revision"] == 1 else AnswerStatus.UPDATED,
        row["revision"],
        row["received_at"],
        with_outlook(triage, orjson.loads(row["outlook"])),
        IncidentState(row["state"] if state is None else state),
    )


def incident_of(row: RowMapping) -> Incident:
    """Read an incident from the columns of revisions."""
    return Incident(
        row["incident_id"],
        row["source"],
        row["received_at"],
        row["opened_at"],
        orjson.loads(row["labels"]),
        IncidentState(row["state"]),
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
            "state": incident.state.value,
        },
        {
            "source": incident.source,
            "incident_id": incident.id,
            **decision_values(triage),
        },
    )
