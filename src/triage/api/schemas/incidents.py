"""Incidents, and the whole answer on each."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from triage.api.schemas.groups import GroupAnswer
from triage.api.schemas.predictions import (
    Contradiction,
    Duplicate,
    Duration,
    Precedent,
    Prediction,
    Risk,
    SuggestedFix,
    SuspectAnswer,
)
from triage.api.schemas.problems import ProblemDocument

__all__ = ["IncidentAnswer", "IncidentList", "IncidentPage", "IncidentRequest", "ListItem"]


class IncidentRequest(BaseModel):
    """An incident. Any other key is kept as a label under its own name."""

    model_config = ConfigDict(extra="allow")

    id: str | int = Field(default="", description="Unique within the source; made up and returned where it is absent.")
    source: str = Field(default="http", description="Who sends it: a system's name.")
    opened_at: str | None = Field(default=None, description="ISO 8601; without a zone it is UTC.")
    title: str | None = None
    description: str | None = None
    text: str | None = None
    labels: dict[str, object] | None = Field(default=None, description="More labels by name, at most 500.")


class IncidentAnswer(BaseModel):
    """What is answered on one incident."""

    id: str
    source: str
    status: str = Field(description="created, repeated, updated, superseded or preview")
    revision: int = Field(description="counts the different bodies of an incident from 1; 0 for a preview")
    state: str = Field(description="how it stands at its sender: open, acknowledged or resolved")
    received_at: datetime
    degraded: str = Field(description="why the answer is less than whole; empty when it is whole")
    predictions: dict[str, Prediction] = Field(description="by target")
    risks: dict[str, Risk] = Field(description="breach, reassignment, escalation: those that the models know")
    duration: Duration | None = Field(description="null when no model knows")
    precedents: list[Precedent] = Field(description="likest first")
    duplicate: Duplicate | None = Field(description="null when nothing is that like it")
    suggested_fix: SuggestedFix | None = Field(description="null when no fix of the precedents is known to have held")
    group: GroupAnswer | None = Field(
        default=None,
        description="the problem that it is a part of, with its first 20 members and itself; left out for what is no "
        "alert, and of a dry run",
    )
    contradictions: list[Contradiction] = Field(description="labels of the sender that go against others")
    suspects: list[SuspectAnswer] = Field(
        default_factory=list,
        description="of what names an entity or a service: changes shortly before it; left out without",
    )


class ListItem(BaseModel):
    """The answer on one item of a list: either an answer or a problem."""

    status: int
    answer: IncidentAnswer | None = None
    problem: ProblemDocument | None = None


class IncidentList(BaseModel):
    """The answers on a list, in its order."""

    items: list[ListItem]


class IncidentPage(BaseModel):
    """Stored answers, newest incident first."""

    items: list[IncidentAnswer]
    next: str | None = Field(description="the cursor of the next page; null on the last one")
