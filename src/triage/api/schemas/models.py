"""The models in force, and whether the service is well."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from triage.api.schemas.predictions import ModelRef

__all__ = ["Health", "ModelAnswer", "ModelList", "Readiness", "WithdrawnAnswer"]


class WithdrawnAnswer(BaseModel):
    """A label that live evidence has shown to be wrong more often than promised: it is suggested from then on."""

    target: str
    label: str = Field(description="empty: the whole target")
    since: datetime
    reason: str


class ModelAnswer(BaseModel):
    """A model that the service should answer with."""

    name: str
    version: str = Field(description="in force; empty when none could be loaded")
    targets: list[str]
    loaded_at: datetime | None
    refused: str = Field(description="why a version was refused; empty when none was")
    withdrawn: list[WithdrawnAnswer] = Field(description="what this version does not label automatically any more")


class ModelList(BaseModel):
    """All models that the service should answer with."""

    items: list[ModelAnswer]


class Health(BaseModel):
    """The process is alive."""

    status: str


class Readiness(BaseModel):
    """Incidents are accepted; models that were refused do not stop that."""

    status: str
    models: list[ModelRef]
    degraded: list[str]
