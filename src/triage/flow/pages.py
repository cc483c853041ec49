"""Pages of what is kept: answers, changes and groups, the last first."""

from __future__ import annotations

from dataclasses import dataclass

from triage.domain import Change, Group
from triage.flow.answers import Answer

__all__ = ["ChangePage", "GroupPage", "GroupQuery", "Page"]


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
