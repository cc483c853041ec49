"""What live events need from the outside: a labeller, a journal, outlets and a catalogue of models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from triage.domain import (
    Change,
    Feedback,
    Group,
    Incident,
    IncidentEnd,
    ModelRef,
    Outcome,
    PrecedentQuery,
    Triage,
)
from triage.flow.answers import Answer, Entry, Relabel, Unlabelled
from triage.flow.outgoing import MemberMode
from triage.flow.pages import ChangePage, GroupPage, GroupQuery, Page

__all__ = ["CommitCounts", "Journal", "Labeller", "ModelCatalogue", "Outlets", "ServedModel"]


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
