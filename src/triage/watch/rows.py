"""What the rows of an array are: every layout says it of its own, so that whoever takes entities out need not guess."""

from __future__ import annotations

from enum import Enum

__all__ = ["Rows"]


class Rows(Enum):
    """Of what an array has a row each; ``OTHER`` for one that has none of these."""

    SERIES = "series"
    ENTITIES = "entities"
    SEASONS = "seasons"
    WEEKS = "weeks"
    MEMORIES = "memories"
    OTHER = "other"
