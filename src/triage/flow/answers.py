"""An incident as it came in, and what is answered, kept and passed on: records that pass between flow and its ports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from triage.domain import Group, Incident, IncidentState, Triage
from triage.flow.outgoing import MemberMode

__all__ = ["Answer", "AnswerStatus", "Entry", "Received", "Relabel", "Unlabelled"]


class AnswerStatus(StrEnum):
    """What was done with an incident."""

    CREATED = "created"
    REPEATED = "repeated"
    UPDATED = "updated"
    SUPERSEDED = "superseded"
    PREVIEW = "preview"


@dataclass(frozen=True, slots=True)
class Received:
    """An incident as it came in.

    Parameters
    ----------
    incident : Incident
        What was understood of it.
    body : bytes
        What the sender said, as JSON in UTF-8.
    digest : str
        The same for two bodies that say the same, whatever their white space and order of keys.
    as_of : datetime or None, default=None
        When it was so at the sender (aware, UTC), where the sender says: a later one counts, whenever it comes in.
    keeps_answer : bool, default=False
        Whether it says of a known incident no more than that its state is another: what was answered still stands.
    follows : frozenset of (IncidentState or None), default=frozenset()
        How its incident may stand when this is committed, None for one that is not there; in whatever way if empty.
    """

    incident: Incident
    body: bytes
    digest: str
    as_of: datetime | None = None
    keeps_answer: bool = False
    follows: frozenset[IncidentState | None] = frozenset()


@dataclass(frozen=True, slots=True)
class Entry:
    """An incident with its answer, to be committed together.

    Parameters
    ----------
    received : Received
    triage : Triage
    destinations : tuple of str, default=()
        Who is to hear of both.
    members : mapping of str to MemberMode
        What of them hears otherwise of an incident that another one's group has taken in.
    """

    received: Received
    triage: Triage
    destinations: tuple[str, ...] = ()
    members: Mapping[str, MemberMode] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unlabelled:
    """A revision that went on without labels.

    Parameters
    ----------
    seq : int
        Its place among them.
    incident : Incident
    revision : int
    """

    seq: int
    incident: Incident
    revision: int


@dataclass(frozen=True, slots=True)
class Relabel:
    """Labels that followed a revision, and the destinations that are to hear of them.

    Parameters
    ----------
    source, incident_id : str
    revision : int
    triage : Triage
    destinations : tuple of str, default=()
    members : mapping of str to MemberMode
        As of an `Entry`.
    """

    source: str
    incident_id: str
    revision: int
    triage: Triage
    destinations: tuple[str, ...] = ()
    members: Mapping[str, MemberMode] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered on one incident.

    Parameters
    ----------
    status : AnswerStatus
    revision : int
        1 for the first body of an incident, one more for each other body; 0 for a preview, which is not kept.
    received_at : datetime
        When this revision came in (aware, UTC).
    triage : Triage
    state : IncidentState, default=OPEN
        How the incident stands at its sender, by this revision.
    group : Group or None, default=None
        The problem that it is a part of; None for what is no alert, and for a preview.
    """

    status: AnswerStatus
    revision: int
    received_at: datetime
    triage: Triage
    state: IncidentState = IncidentState.OPEN
    group: Group | None = None
