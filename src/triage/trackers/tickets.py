"""A ticket as a tracker holds it: what it says now, and every change since it was opened. Nothing is fetched here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

__all__ = ["Changed", "Page", "Ticket", "TicketChange", "TrackerReader", "created_within"]


@dataclass(frozen=True, slots=True)
class TicketChange:
    """One column that became another.

    Parameters
    ----------
    at : datetime
        Aware, UTC.
    column : str
    old, new : str
        Empty where there was, or is, no value.
    by : str, default=""
        Who made it; empty where the tracker does not say.
    """

    at: datetime
    column: str
    old: str
    new: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket.

    Parameters
    ----------
    id : str
        What people call it.
    ref : str
        What the tracker's API calls it.
    created_at, updated_at : datetime
        When it was written down first and last (aware, UTC).
    values : mapping of str to str
        By column, as they are now; a column without a value is not there.
    changes : tuple of TicketChange
    has_changes : bool, default=True
        Whether changes were read; without them nobody knows what stood there at opening.
    opened_at : datetime or None, default=None
        When it began, where that is not when it was written down.
    resolved_at, closed_at : datetime or None, default=None
    names : mapping of (str, str) to str
        What people call the values that changes are written in, by column and value, where those are codes.
    several : frozenset of str, default=frozenset()
        Columns that hold several values, with a comma between; a change adds or removes one.
    """

    id: str
    ref: str
    created_at: datetime
    updated_at: datetime
    values: Mapping[str, str]
    changes: tuple[TicketChange, ...] = ()
    has_changes: bool = True
    opened_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)
    several: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Page:
    """Some tickets, and the mark to go on from: what `TrackerReader.pages` is given after an interruption."""

    tickets: tuple[Ticket, ...]
    mark: str


@dataclass(frozen=True, slots=True)
class Changed:
    """Tickets that were created or changed since a mark, the mark to go on from, and whether more waits already."""

    tickets: Sequence[Ticket]
    mark: str
    has_more: bool = False


class TrackerReader(Protocol):
    """Whoever reads a tracker."""

    def pages(self, since: datetime | None, until: datetime, after: str = "") -> Iterator[Page]:
        """Yield every ticket that was created in a span of time, at least once, from a mark on.

        What is changed or created while it reads moves nothing that it has still to read.
        """

    def changed(self, mark: str, now: datetime) -> Changed:
        """Return what was created or changed since a mark, some of it perhaps again; nothing but a mark if it is empty.

        ``now`` is the present (aware, UTC).
        """

    def close(self) -> None:
        """Let connections go."""


def created_within(tickets: Iterable[Ticket], since: datetime | None, until: datetime) -> tuple[Ticket, ...]:
    """Return the tickets of a span of time, its end left out; trackers pick by days or minutes, or in another zone."""
    return tuple(one for one in tickets if one.created_at < until and (since is None or one.created_at >= since))
