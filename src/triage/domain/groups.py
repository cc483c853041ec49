"""Incidents that are one problem."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

__all__ = ["Group", "GroupMember", "GroupReason"]


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
    """

    source: str
    incident_id: str
    similarity: float
    reasons: tuple[GroupReason, ...]
    severity: str
    began_at: datetime
    ended_at: datetime | None


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
