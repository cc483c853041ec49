"""Incidents that are one problem, and what of them is not told at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

__all__ = ["Group", "GroupMember", "GroupReason", "Pause", "PauseState"]


class PauseState(StrEnum):
    """What became of a pause.

    ``suggested``: it is told at once all the same. ``paused``: what would open a record waits until then. ``held``: it
    waits for more of its like to come until then. ``ended``: the wait ended early, as enough of them came, it became
    worse, came back, or something joined that does not wait. ``spared``: it was over before, and no record was opened.
    ``expired``: too few came, and none was opened.
    """

    SUGGESTED = "suggested"
    PAUSED = "paused"
    HELD = "held"
    ENDED = "ended"
    SPARED = "spared"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Pause:
    """Why an alert waits before it opens a record, or might.

    Parameters
    ----------
    state : PauseState
    until : datetime
        Aware, UTC.
    reason : str
        A sentence.
    miss_risk : float or None
        In [0, 1], higher is worse: at most so likely (at 95 % confidence) is such an alert real, so that waiting delays
        it; real is what outlasts the longest pause that is allowed. None for what waits by a condition.
    level : str
        What the evidence is of: ``fingerprint``, ``template`` or ``source``; ``condition`` for what waits by one.
    alerts : int
        Past ones that came in longer ago than the longest pause; or those that have come within a condition's time.
    outlasted : int, default=0
        How many of them outlasted the longest pause.
    needed : int, default=0
        How many a condition waits for.
    rule : str, default=""
        Which condition, by what it matches.
    """

    state: PauseState
    until: datetime
    reason: str
    miss_risk: float | None
    level: str
    alerts: int
    outlasted: int = 0
    needed: int = 0
    rule: str = ""


class GroupReason(NamedTuple):
    """What speaks for an incident being part of a group.

    Parameters
    ----------
    kind : str
        ``repeat`` (the same sentence about the same entity), ``entity``, ``dependency`` (one depends on the other),
        ``companion`` (they were in trouble together before), ``scope`` (the same service), ``burst`` (the same sentence
        about several at once) or ``text``.
    value : str
        Which: the entity, the two names, the service, the sentence.
    weight : float
        In [0, 1]; higher speaks more.
    """

    kind: str
    value: str
    weight: float


@dataclass(frozen=True, slots=True)
class GroupMember:
    """An incident as a part of a group.

    Parameters
    ----------
    source, incident_id : str
    similarity : float
        In [0, 1]; 1 for the incident that began the group, and for a repeat.
    reasons : tuple of GroupReason
        Strongest first; empty for the incident that began it.
    severity : str
        info, warning, error or critical: its highest so far.
    began_at : datetime
        Aware, UTC.
    ended_at : datetime or None
        When it was over; None as long as it is not.
    pause : Pause or None, default=None
        What its record waits for, or might.
    """

    source: str
    incident_id: str
    similarity: float
    reasons: tuple[GroupReason, ...]
    severity: str
    began_at: datetime
    ended_at: datetime | None
    pause: Pause | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Incidents that are one problem.

    Parameters
    ----------
    id : str
    severity : str
        The highest of its members'.
    size : int
        How many members it has.
    open : int
        How many of them are not over; the group is over when none is left.
    began_at : datetime
        When its first member began (aware, UTC).
    ended_at : datetime or None
        When its last member was over; None as long as one is not.
    members : tuple of GroupMember
        The one that began it first, then some or all of the others, in the order in which they came.
    """

    id: str
    severity: str
    size: int
    open: int
    began_at: datetime
    ended_at: datetime | None
    members: tuple[GroupMember, ...]
