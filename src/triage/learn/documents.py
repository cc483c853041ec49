"""The JSON half of a stored model, as types. Order that matters is a list: a stored object's keys have none."""

from __future__ import annotations

from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, field_validator

from triage.parts import JSON

__all__ = [
    "ColumnsDocument",
    "DuplicateRuleDocument",
    "FieldDocument",
    "HeadDocument",
    "LineageDocument",
    "ModelDocument",
    "PrecedentsDocument",
]


class _Document(BaseModel):
    # Not strict, as tuples are lists in JSON.
    model_config = ConfigDict(frozen=True, extra="forbid")

    def as_json(self) -> dict[str, JSON]:
        """Return the document as plain JSON values."""
        return self.model_dump(mode="json")


class ColumnsDocument(_Document):
    """The columns a model reads; see :class:`triage.learn.inputs.InputColumns`."""

    text: tuple[str, ...]
    fields: tuple[str, ...]
    opened_at: bool
    time: str | None = None
    tz: str | None = None

    @field_validator("tz")
    @classmethod
    def _is_known(cls, tz: str | None) -> str | None:
        # Here and not when an incident comes in.
        try:
            return None if tz is None else ZoneInfo(tz).key
        except (ZoneInfoNotFoundError, OSError) as err:
            raise ValueError(f"there is no time zone {tz!r}") from err


class FieldDocument(_Document):
    """A field and the values it knows, in feature order."""

    name: str
    values: tuple[str, ...]


class HeadDocument(_Document):
    """A head without its arrays."""

    target: str
    classes: tuple[str, ...]
    scale: float


class LineageDocument(_Document):
    """A target that follows another; see :class:`triage.learn.lineage.Lineage`."""

    child: str
    parent: str
    links: tuple[tuple[str, str, float], ...]


class ModelDocument(_Document):
    """An incident model without its arrays."""

    columns: ColumnsDocument
    pairs: tuple[tuple[str, str], ...]
    fields: tuple[FieldDocument, ...]
    heads: tuple[HeadDocument, ...]
    lineage: tuple[LineageDocument, ...] = ()


class DuplicateRuleDocument(_Document):
    """How likely a duplicate is; see :class:`triage.learn.duplicates.DuplicateRule`."""

    basis: Literal["linked", "close in time"]
    intercept: float
    slope: float
    pairs: int


class PrecedentsDocument(_Document):
    """Past incidents without their arrays."""

    repeats: int
    ids: tuple[str, ...]
    fixes: tuple[str, ...]
    targets: tuple[FieldDocument, ...]
    fields: tuple[FieldDocument, ...]
    rule: DuplicateRuleDocument | None = None
