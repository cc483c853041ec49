"""Past incidents that are like one, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from triage.domain.predictions import ModelRef

__all__ = ["Duplicate", "Precedent", "PrecedentQuery", "SuggestedFix"]


class Precedent(NamedTuple):
    """A past incident that is like this one, and how it went.

    Parameters
    ----------
    id : str
    similarity : float
        In [0, 1]; 1 is the same text.
    opened_at : datetime or None
        Aware, UTC.
    labels : mapping of str to str
        How it ended, by target.
    fix : str
        What resolved it, redacted; empty where that is not known.
    hours : float or None
        From opening to resolution; None where that is not known.
    reopened : bool or None
        Whether it was opened again after that.
    model : ModelRef
        Who answered.
    """

    id: str
    similarity: float
    opened_at: datetime | None
    labels: Mapping[str, str]
    fix: str
    hours: float | None
    reopened: bool | None
    model: ModelRef


@dataclass(frozen=True, slots=True)
class PrecedentQuery:
    """Which precedents are wanted.

    Parameters
    ----------
    most : int, default=3
        How many at most; 0 for none.
    same : tuple of str, default=()
        Fields in which they must agree with the incident.
    resolved : bool, default=False
        Whether only incidents that were resolved by then count.
    """

    most: int = 3
    same: tuple[str, ...] = ()
    resolved: bool = False


@dataclass(frozen=True, slots=True)
class SuggestedFix:
    """What resolved the precedents, and held.

    Parameters
    ----------
    text : str
        The fix of the nearest precedent that had it.
    id : str
        That precedent.
    precedents, reopened : int
        How many of the precedents had this fix, and how many of those were opened again.
    """

    text: str
    id: str
    precedents: int
    reopened: int


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The earlier incident that this one most likely repeats, and how likely in [0, 1] it does."""

    id: str
    probability: float
