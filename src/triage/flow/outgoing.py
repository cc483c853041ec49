"""What goes out to workflow cores, and where it waits: messages, how they end, and the outbox as a port."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from triage.domain import Group, IncidentState, Triage

__all__ = [
    "Content",
    "DeadLetter",
    "DeadLetterPage",
    "DestinationState",
    "Edit",
    "EndState",
    "Ending",
    "GroupNews",
    "MemberMode",
    "Message",
    "MessageKind",
    "Outbox",
]


class MessageKind(StrEnum):
    """Why a message goes out."""

    EVENT = "event"
    LABELS = "labels"
    MEMBER = "member"


class MemberMode(StrEnum):
    """What a destination is told of an incident that another one's group has taken in.

    ``separate``: as much as of any other. ``comment``: at the record of the incident that began the group, when it
    joins (of a large group only now and then), makes the group worse, ends or re-opens it. ``quiet``: only the last
    three.
    """

    SEPARATE = "separate"
    COMMENT = "comment"
    QUIET = "quiet"


class GroupNews(StrEnum):
    """What an incident changes about its group."""

    NONE = "none"
    BEGUN = "begun"
    JOINED = "joined"
    WORSE = "worse"
    REOPENED = "reopened"
    ENDED = "ended"


class EndState(StrEnum):
    """What becomes of a message after an attempt."""

    DELIVERED = "delivered"
    WAITING = "waiting"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Edit:
    """What a person put in place of a message's content.

    Parameters
    ----------
    labels : mapping of str to str
        Instead of what the sender gave.
    fields : mapping of str to str
        What is filled in, by target, instead of what the models say.
    """

    labels: Mapping[str, str]
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says about an incident: one revision, with the answer on it as it is known when it is sent.

    Parameters
    ----------
    revision : int
    received_at, opened_at : datetime, datetime or None
        Aware, UTC.
    labels : mapping of str to str
    body : bytes
        What the sender said.
    triage : Triage
    edit : Edit or None, default=None
    state : IncidentState, default=OPEN
        How the incident stands at its sender, by this revision.
    group : Group or None, default=None
        As it stands when it is sent, with this incident as its only member.
    """

    revision: int
    received_at: datetime
    opened_at: datetime | None
    labels: Mapping[str, str]
    body: bytes
    triage: Triage
    edit: Edit | None = None
    state: IncidentState = IncidentState.OPEN
    group: Group | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to tell one destination.

    Parameters
    ----------
    seq : int
        Its place in the outbox.
    destination : str
    kind : MessageKind
    attempt : int
        The number of this attempt, from 1; it was committed before the call.
    was_tried : bool
        Whether an attempt was made before this one, so that the core may have it already.
    ref : str
        What the core calls the record; empty as long as that is not known.
    content : Content
    thread : tuple of (str, str) or None, default=None
        Source and id of the incident whose record it is about, where that is another one's.
    """

    seq: int
    destination: str
    kind: MessageKind
    attempt: int
    was_tried: bool
    ref: str
    content: Content
    thread: tuple[str, str] | None = None

    @property
    def incident_key(self) -> str:
        """The same for all messages on a record, and for nothing else: what it is looked up by at the core."""
        source, incident_id = self.thread or (self.content.triage.source, self.content.triage.incident_id)
        return _digest(source, incident_id)[:24]

    @property
    def key(self) -> str:
        """The same at every attempt of this message, and for no other."""
        triage, revision = self.content.triage, str(self.content.revision)
        return _digest(self.destination, triage.source, triage.incident_id, revision, self.kind)[:32]


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ended.

    Parameters
    ----------
    state : EndState
    at : datetime
        When (aware, UTC).
    due_at : datetime or None, default=None
        The next attempt, where it waits.
    reason : str, default=""
        Why it was not delivered.
    ref : str, default=""
        What the core calls the incident.
    disables : bool, default=False
        Whether the destination wants nothing any more.
    """

    state: EndState
    at: datetime
    due_at: datetime | None = None
    reason: str = ""
    ref: str = ""
    disables: bool = False


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up.

    Parameters
    ----------
    message : Message
    reason : str
    buried_at : datetime
        Aware, UTC.
    """

    message: Message
    reason: str
    buried_at: datetime


@dataclass(frozen=True, slots=True)
class DeadLetterPage:
    """Some dead letters, the last first; ``next_cursor`` is None on the last page."""

    letters: tuple[DeadLetter, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class DestinationState:
    """How a destination stands: messages that wait, are dead or held, and since when and why it gets none.

    Parameters
    ----------
    name : str
    waiting, dead : int
    disabled_at : datetime or None, default=None
    reason : str, default=""
    held : int, default=0
        Messages that are not sent before more alerts come, and do not count as waiting.
    next_at : datetime or None, default=None
        When the first of those that wait is tried again; None where none waits.
    failure : str, default=""
        Why that one was not delivered the last time; empty where it has not been tried.
    """

    name: str
    waiting: int = 0
    dead: int = 0
    disabled_at: datetime | None = None
    reason: str = field(default="")
    held: int = 0
    next_at: datetime | None = None
    failure: str = ""


class Outbox(Protocol):
    """Whoever keeps what is to be delivered. What is returned for is committed."""

    async def claim(self, destination: str, now: datetime, limit: int) -> list[Message]:
        """Take messages that are due, no two of an incident, and count the attempt; nothing while it is disabled."""

    async def settle(self, message: Message, ending: Ending) -> None:
        """Write how an attempt ended."""

    async def recover(self, destination: str, before: datetime) -> int:
        """Let messages wait again that were claimed before a time by a process that is gone; return how many."""

    async def next_due(self, destination: str) -> datetime | None:
        """Return when the next message is due; None if none waits, or the destination is disabled."""

    async def page_dead(self, limit: int, cursor: str | None = None, destination: str | None = None) -> DeadLetterPage:
        """Return dead letters, the last first; UsageError for a foreign cursor."""

    async def find_dead(self, seq: int) -> DeadLetter:
        """Return a dead letter; NotFound if there is none."""

    async def edit_dead(self, seq: int, edit: Edit) -> None:
        """Put other content in a dead letter; NotFound if there is none."""

    async def replay_dead(self, seq: int, now: datetime) -> None:
        """Have a dead letter tried again from the start; Conflict when something newer has been delivered."""

    async def discard_dead(self, seq: int) -> None:
        """Drop a dead letter; NotFound if there is none."""

    async def states(self, names: Sequence[str]) -> list[DestinationState]:
        """Return how destinations stand: those that are named, and those that something is kept for."""

    async def enable(self, destination: str) -> None:
        """Let a destination get messages again."""


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
