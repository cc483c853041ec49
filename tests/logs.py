"""A small ServiceNow event log for tests: what a real one has, in a few rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass, replace

from tests.tables import csv

__all__ = ["LOG_HEADER", "Event", "log_of", "two_incidents"]

LOG_HEADER = (
    "number,incident_state,sys_mod_count,opened_at,sys_updated_at,contact_type,category,subcategory,impact,urgency,"
    "assignment_group,assigned_to,closed_code,resolved_at,closed_at"
)


@dataclass(frozen=True)
class Event:
    """One row of the log."""

    number: str = "1"
    state: str = "New"
    changes: int = 0
    opened_at: str = "2016-03-01 10:00"
    updated_at: str = "2016-03-01 10:03"
    contact_type: str = "Phone"
    category: str = "Mail"
    subcategory: str = "Spam"
    impact: str = "2"
    urgency: str = "2"
    group: str = "Desk"
    assigned_to: str = "?"
    closed_code: str = "6"
    resolved_at: str = "2016-03-02 09:00"
    closed_at: str = "2016-03-07 09:00"


def log_of(events: Iterable[Event]) -> str:
    """Write events as a csv file, in the given order."""
    return csv(LOG_HEADER, map(astuple, events))


def two_incidents() -> list[Event]:
    """Return an incident that is known from its opening on, and an older one that is not."""
    known = Event()
    unknown = Event("2", "Active", 3, "2016-02-29 08:00", "2016-02-29 12:00", group="Net", category="Disk")
    return [
        known,
        replace(known, state="Active", changes=1, updated_at="2016-03-01 11:00", group="Net", impact="1"),
        replace(known, state="Closed", changes=2, updated_at="2016-03-07 09:00", group="Field", impact="1"),
        unknown,
        replace(unknown, state="Closed", changes=4, updated_at="2016-03-06 12:00", urgency="3", resolved_at="?"),
    ]
