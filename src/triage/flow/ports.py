"""What live events need from the outside: a labeller and a journal, and the records that pass between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from triage.domain import (
    Change,
    Feedback,
    Group,
    Incident,
    IncidentEnd,
    IncidentState,
    ModelRef,
    Outcome,
    PrecedentQuery,
    Triage,
)
from triage.flow.outgoing import MemberMode

__all__ = [
    "Answer",
    "AnswerStatus",
    "ChangePage",
    "CommitCounts",
    "Entry",
    "GroupPage",
    "GroupQuery",
    "Journal",
    "Labeller",
    "ModelCatalogue",
    "Outlets",
    "Page",
    "Received",
    "Relabel",
    "ServedModel",
    "Unlabelled",
]


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


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the stored answers, newest incident first.

    Parameters
    ----------
    answers : tuple of Answer
        The latest revision of each incident.
    next_cursor : str or None
        Where the next page starts; None on the last one.
    """

    answers: tuple[Answer, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class ChangePage:
    """Some of the stored changes, the one that came in last first; ``next_cursor`` is None on the last page."""

    changes: tuple[Change, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class GroupQuery:
    """Which groups are wanted.

    Parameters
    ----------
    limit : int
        Groups a page, at least 1.
    cursor : str or None, default=None
        The ``next_cursor`` of the page before.
    is_open : bool or None, default=None
        Only those that are, or are not, over.
    """

    limit: int
    cursor: str | None = None
    is_open: bool | None = None


@dataclass(frozen=True, slots=True)
class GroupPage:
    """Some of the stored groups, the last begun first; ``next_cursor`` is None on the last page."""

    groups: tuple[Group, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class CommitCounts:
    """What a journal has written since it was opened: commits, rows asked for, and failed commits."""

    commits: int = 0
    rows: int = 0
    failures: int = 0


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model that the service should answer with.

    Parameters
    ----------
    name : str
    version : str
        The version in force; empty when none could be loaded.
    targets : tuple of str
        What it predicts.
    loaded_at : datetime or None
        When it came into force (aware, UTC).
    refused : str, default=""
        Why a newer version, or every version, was refused; empty when nothing was.
    """

    name: str
    version: str
    targets: tuple[str, ...]
    loaded_at: datetime | None
    refused: str = ""


class Labeller(Protocol):
    """Whoever labels incidents; `triage.engine.Engine` does."""

    @property
    def models(self) -> tuple[ModelRef, ...]:
        """The models in force."""

    def handle_many(
        self, events: Sequence[Incident], now: datetime, precedents: PrecedentQuery | None = None
    ) -> list[Triage]:
        """Answer events, one answer an event, in their order; with the precedents that are wanted, or the usual."""

    def remember(self, events: Sequence[Incident]) -> None:
        """Have committed events found as precedents from now on; restricted ones are passed over."""

    def remember_ends(self, ends: Sequence[IncidentEnd]) -> None:
        """Have precedents show what has become known of how committed incidents ended."""


class Journal(Protocol):
    """Whoever keeps incidents and answers. What `record` and `add_feedback` return for is committed."""

    @property
    def counts(self) -> CommitCounts:
        """What has been written since it was opened."""

    async def record(self, entries: Sequence[Entry]) -> list[Answer]:
        """Commit all entries in one transaction and answer each; StoreUnavailable means that none is kept.

        Conflict means the same: an incident no longer stands as one of them says that it must.

        The body that an incident has already changes nothing and gives the stored answer (repeated); another body is
        a new revision with its new answer (updated), and the old ones are kept. One that says that it is older than
        what is in force is kept beside it (superseded), or is known already (repeated).
        """

    async def unlabelled(self, after: int, limit: int) -> list[Unlabelled]:
        """Return revisions that went on without labels, the oldest first, from a place on."""

    async def relabel(self, relabels: Sequence[Relabel], given_up: Sequence[int] = ()) -> None:
        """Commit labels that followed, once each, and let go of revisions that will get none, by their place."""

    async def find(self, incident_id: str, source: str | None = None) -> Answer:
        """Return the latest answer; NotFound, or Conflict when several sources have the id and none is given."""

    async def latest(self, incident_id: str, source: str) -> Incident | None:
        """Return an incident as its latest revision said, or None."""

    async def page(self, limit: int, cursor: str | None = None, source: str | None = None) -> Page:
        """Return up to ``limit`` answers from the cursor on, newest incident first; UsageError for a foreign cursor."""

    async def add_feedback(self, feedback: Feedback) -> None:
        """Commit a verdict on a known incident; NotFound otherwise."""

    async def add_outcome(self, outcome: Outcome) -> None:
        """Commit how a known incident ended; NotFound otherwise."""

    async def feedback_of(self, incident_id: str, source: str) -> list[Feedback]:
        """Return the verdicts on an incident, oldest first."""

    async def add_changes(self, changes: Sequence[Change]) -> int:
        """Commit changes, those that are known already left as they are, and return how many were new."""

    async def page_changes(self, limit: int, cursor: str | None = None) -> ChangePage:
        """Return changes, the last first; UsageError for a foreign cursor."""

    async def find_group(self, group_id: str) -> Group:
        """Return a group with all its members, as far as a thousand; NotFound if there is none."""

    async def page_groups(self, query: GroupQuery) -> GroupPage:
        """Return groups with their first members, the last begun first; UsageError for a foreign cursor."""

    async def check(self) -> None:
        """Raise StoreUnavailable unless something could be written now."""


class Outlets(Protocol):
    """Whoever knows where incidents go on to."""

    def of(self, source: str) -> tuple[str, ...]:
        """Name the destinations that are to hear of a source's incidents."""

    def members(self, destinations: Sequence[str]) -> Mapping[str, MemberMode]:
        """Say which of some destinations hear otherwise of what another incident's group has taken in, and how."""

    def wake(self, destinations: Sequence[str]) -> None:
        """Say that something has been committed for some destinations."""


class ModelCatalogue(Protocol):
    """Whoever knows which models are in force and which were refused."""

    def served(self) -> Sequence[ServedModel]:
        """Return every model that should be in force, by name."""
