"""Incidents that are one problem, and what they wait for."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

__all__ = ["GroupAnswer", "GroupMember", "GroupPage", "GroupReason", "Pause", "PauseEvidence"]


class GroupReason(BaseModel):
    """What speaks for an incident being part of a group."""

    kind: str = Field(
        description="repeat (the same sentence about the same entity), entity, dependency, companion (in trouble "
        "together before), scope (the same service), burst (the same sentence about several at once) or text"
    )
    value: str
    weight: float = Field(description="in [0, 1]; higher speaks more")


class PauseEvidence(BaseModel):
    """Which alerts speak for a wait."""

    level: str = Field(
        description="fingerprint (the same at the same entity), template (at any) or source: past ones; or condition: "
        "those that have come by now"
    )
    alerts: int = Field(description="past ones that came in longer ago than the longest pause; or those by now")
    outlasted: int | None = Field(default=None, description="how many of the past ones outlasted it")
    needed: int | None = Field(default=None, description="how many a condition waits for")


class Pause(BaseModel):
    """Why an alert waits before it opens a record, or might."""

    state: str = Field(
        description="suggested (it is told at once all the same), paused (its record is opened at `until`), held (by a "
        "condition, for more alerts to come), ended (it was opened earlier, or at once), spared (it was over before, "
        "and none was opened) or expired (too few came, and none was opened)"
    )
    until: datetime
    reason: str
    miss_risk: float | None = Field(
        default=None,
        description="of a pause, in [0, 1]; higher is worse: at most so likely does such an alert outlast the longest "
        "pause allowed (95 % confidence), so that waiting delays what is real",
    )
    evidence: PauseEvidence


class GroupMember(BaseModel):
    """An incident as a part of a group."""

    id: str
    source: str
    similarity: float = Field(description="in [0, 1]; 1 for the one that began the group, and for a repeat")
    reasons: list[GroupReason] = Field(description="strongest first; empty for the one that began the group")
    severity: str = Field(description="its highest: info, warning, error or critical")
    began_at: datetime
    ended_at: datetime | None = Field(default=None, description="left out as long as it is not over")
    pause: Pause | None = Field(default=None, description="left out where there is none")


class GroupAnswer(BaseModel):
    """Incidents that are one problem."""

    id: str
    state: str = Field(description="open as long as one of its members is; then resolved")
    severity: str = Field(description="the highest of its members'")
    size: int = Field(description="how many members it has")
    open: int = Field(description="how many of them are not over")
    began_at: datetime
    ended_at: datetime | None = Field(default=None, description="left out as long as it is not over")
    members: list[GroupMember] = Field(description="the one that began it first, then those that joined, in order")


class GroupPage(BaseModel):
    """Groups with their first 20 members, the last begun first."""

    items: list[GroupAnswer]
    next: str | None = Field(description="the cursor of the next page; null on the last one")
