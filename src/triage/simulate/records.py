"""One simulated ticket as a row: its columns, levels and times as text. It draws nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

__all__ = ["TICKET_COLUMNS", "TicketRecord", "as_text", "number_of", "to_frame"]

TICKET_COLUMNS = (
    *("number", "opened_at", "short_description", "description", "contact_type", "location", "service"),
    *("impact", "urgency", "priority", "category", "assignment_group", "resolved_at", "outcome", "fix"),
)
_FIRST_NUMBER = 10_001
_LEVELS = {1: "1 - High", 2: "2 - Medium", 3: "3 - Low"}
# ITIL's 3 x 3 matrix in ServiceNow's words: priority = impact + urgency - 1.
_PRIORITIES = {1: "1 - Critical", 2: "2 - High", 3: "3 - Moderate", 4: "4 - Low", 5: "5 - Planning"}


@dataclass(frozen=True, slots=True)
class TicketRecord:
    """A ticket from its opening to its end.

    Parameters
    ----------
    opened_at, resolved_at : datetime
        UTC.
    short, full : str
        Subject and description; the description may be empty.
    contact_type, location, service : str or None
        How it came, from where, and what the requester picked.
    impact, urgency : int
        1 is high, 3 is low.
    category, group : str
        As it was filed in the end.
    outcome, fix : str
        How it ended and what was done, in the words of who did it.
    incident : str or None, default=None
        The incident of the estate that it is about: truth, no column.
    """

    opened_at: datetime
    resolved_at: datetime
    short: str
    full: str
    contact_type: str
    location: str | None
    service: str | None
    impact: int
    urgency: int
    category: str
    group: str
    outcome: str
    fix: str
    incident: str | None = None

    @property
    def priority(self) -> int:
        """From 1, critical, to 5: ITIL's matrix."""
        return self.impact + self.urgency - 1


def to_frame(records: Iterable[TicketRecord]) -> pd.DataFrame:
    """Return records as numbered rows of text, in the order given; what was not filled in is missing."""
    rows = [
        (
            number_of(place),
            as_text(each.opened_at),
            each.short,
            each.full or None,
            each.contact_type,
            each.location,
            each.service,
            _LEVELS[each.impact],
            _LEVELS[each.urgency],
            _PRIORITIES[each.priority],
            each.category,
            each.group,
            as_text(each.resolved_at),
            each.outcome,
            each.fix,
        )
        for place, each in enumerate(records)
    ]
    return pd.DataFrame(rows, columns=list(TICKET_COLUMNS), dtype="str")


def number_of(place: int) -> str:
    """Return the number of the ticket at a place of the history, from 0.

    Examples
    --------
    >>> number_of(0)
    'INC0010001'
    """
    return f"INC{_FIRST_NUMBER + place:07d}"


def as_text(moment: datetime) -> str:
    """Write a moment in UTC as ISO 8601.

    Examples
    --------
    >>> as_text(datetime(2026, 4, 6, 7, 5, 26))
    '2026-04-06T07:05:26Z'
    """
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
