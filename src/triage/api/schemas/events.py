"""Answers to what foreign systems send."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from triage.api.schemas.incidents import IncidentAnswer

__all__ = ["Change", "Changes", "EventsAnswer", "OtlpAnswer", "PagerDutyAnswer", "PartialSuccess"]


class EventsAnswer(BaseModel):
    """What became of the events of a foreign format."""

    items: list[IncidentAnswer] = Field(description="the answers on the incidents, in the order of the request")
    changes: int = Field(default=0, description="changes that were kept and not known before")
    ignored: int = Field(default=0, description="events that tell of nothing that is kept")
    truncated: int = Field(default=0, description="alerts that the sender says it left out")


class PagerDutyAnswer(BaseModel):
    """As PagerDuty answers; no dedup_key on a change."""

    status: str
    message: str
    dedup_key: str | None = None


class Change(BaseModel):
    """A deploy, or any other deliberate change, that a sender told of."""

    id: str
    source: str
    received_at: datetime
    occurred_at: datetime | None
    summary: str
    labels: dict[str, str]


class Changes(BaseModel):
    """Stored changes, the one that came in last first."""

    items: list[Change]
    next: str | None = Field(description="the cursor of the next page; null on the last one")


class PartialSuccess(BaseModel):
    """Which part of a request was not kept."""

    rejectedDataPoints: str = Field(description="a whole number, as OTLP writes 64-bit integers")  # noqa: N815  # OTLP's name
    errorMessage: str  # noqa: N815  # OTLP's name


class OtlpAnswer(BaseModel):
    """ExportMetricsServiceResponse; empty when all of it was kept."""

    partialSuccess: PartialSuccess | None = None  # noqa: N815  # OTLP's name
