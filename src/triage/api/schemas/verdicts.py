"""What people say of an incident, and how it ended."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["FeedbackAnswer", "FeedbackRequest", "OutcomeAnswer", "OutcomeRequest", "OutcomeValue"]


class FeedbackRequest(BaseModel):
    """A person's verdict on one target of one incident."""

    id: str | int
    source: str | None = Field(default=None, description="needed where several sources have the id")
    target: str
    label: str = Field(description="the right label")
    by: str | None = None


class FeedbackAnswer(BaseModel):
    """A verdict as it was kept."""

    id: str
    source: str
    target: str
    label: str
    by: str
    given_at: datetime


class OutcomeRequest(BaseModel):
    """How an incident ended. Any other key is a value too, as in ``labels``."""

    model_config = ConfigDict(extra="allow")

    id: str | int
    source: str | None = Field(default=None, description="needed where several sources have the id")
    by: str | None = Field(default=None, description="who says so; without it our own labels do not count")
    known_at: str | None = Field(default=None, description="ISO 8601; now, if it is not given")
    labels: dict[str, object] | None = Field(
        default=None, description='by column: a scalar, or {"value": …, "known_at": …}'
    )


class OutcomeValue(BaseModel):
    """One thing that is known."""

    value: str
    known_at: datetime
    is_ours: bool = Field(description="a label that we filled in and nobody is named for; not learnt from")


class OutcomeAnswer(BaseModel):
    """An outcome as it was kept."""

    id: str
    source: str
    by: str
    labels: dict[str, OutcomeValue]
