"""What could not be delivered, and what is done about it."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["DeadLetterAnswer", "DeadLetterPage", "EditRequest"]


class DeadLetterAnswer(BaseModel):
    """A message that was given up."""

    number: int
    destination: str
    id: str
    source: str
    revision: int
    kind: str = Field(description="event, or labels that followed it")
    attempts: int
    reason: str = Field(description="what the destination said, or what kept it from saying something")
    buried_at: datetime
    received_at: datetime
    labels: dict[str, str]
    edited: bool
    fields: dict[str, str] = Field(description="once it is edited: filled in instead of what the models say")


class DeadLetterPage(BaseModel):
    """Messages that were given up, the last first."""

    items: list[DeadLetterAnswer]
    next: str | None = Field(description="the cursor of the next page; null on the last one")


class EditRequest(BaseModel):
    """What takes the place of a message's content."""

    model_config = ConfigDict(extra="forbid")

    labels: dict[str, str] = Field(description="instead of what the sender gave")
    fields: dict[str, str] = Field(description="what is filled in, by target")
