"""What comes in: incidents and changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

__all__ = ["Change", "Incident", "IncidentState"]


class IncidentState(StrEnum):
    """How an incident stands at its sender."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Incident:
    """A report from a person or a monitor, as it was known when it came in.

    Parameters
    ----------
    id : str
        The sender's own identifier, unique within ``source``.
    source : str
        Who sent it: a system's name, not a person's.
    received_at : datetime
        When it reached us (aware, UTC).
    opened_at : datetime or None
        When it was opened at the sender (aware, UTC), where that is known.
    labels : mapping of str to str
        Every scalar the sender gave, by the sender's own name for it, text included. Missing values are left out.
    state : IncidentState, default=OPEN
        How it stands at the sender, as this report of it says.
    """

    id: str
    source: str
    received_at: datetime
    opened_at: datetime | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    state: IncidentState = IncidentState.OPEN


@dataclass(frozen=True, slots=True)
class Change:
    """A deploy, or any other deliberate change, that a sender told of.

    Parameters
    ----------
    id : str
        Unique within ``source``.
    source : str
        Who sent it.
    received_at : datetime
        When it reached us (aware, UTC).
    occurred_at : datetime or None
        When it was made (aware, UTC), where that is known.
    summary : str
        One sentence for a person.
    labels : mapping of str to str
        Every scalar the sender gave.
    """

    id: str
    source: str
    received_at: datetime
    occurred_at: datetime | None
    summary: str
    labels: Mapping[str, str] = field(default_factory=dict)
