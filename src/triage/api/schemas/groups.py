"""Incidents that are one problem."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

__all__ = ["GroupAnswer", "GroupMember", "GroupPage", "GroupReason"]


class GroupReason(BaseModel):
    """What speaks for an incident being part of a group."""

    kind: str = Field(
        description="repeat (the same sentence about the same entity), entity, dependency, companion (in trouble "
        "together before), scope (the same service), burst (the same sentence about several at once) or text"
    )
    value: str
    weight: float = Field(description="in [0, 1]; higher speaks more")


class GroupMember(BaseModel):
    """An incident as a part of a group."""

    id: str
    source: str
    similarity: float = Field(description="in [0, 1]; 1 for the one that began the group, and for a repeat")
    reasons: list[GroupReason] = Field(description="strongest first; empty for the one that began the group")
    severity: str = Field(description="its highest: info, warning, error or critical")
    began_at: datetime
    ended_at: datetime | None = Field(default=None, description="left out as long as it is not over")


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
