"""What people say of an incident, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from triage.domain.events import Incident, IncidentState

__all__ = ["Feedback", "IncidentEnd", "Outcome", "OutcomeValue"]


@dataclass(frozen=True, slots=True)
class Feedback:
    """A person's verdict on one target of one incident.

    Parameters
    ----------
    incident_id, source : str
        Which incident.
    target : str
        Which column.
    label : str
        The right label, as the person says.
    given_by : str
        Who says so; may be empty.
    given_at : datetime
        When it was said (aware, UTC).
    """

    incident_id: str
    source: str
    target: str
    label: str
    given_by: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class OutcomeValue:
    """One thing that is known of how an incident ended.

    Parameters
    ----------
    name : str
        The column: a target, ``resolution``, ``resolved_at`` and the like.
    value : str
    known_at : datetime
        Since when it is known (aware, UTC).
    is_ours : bool, default=False
        Whether it is a label that we filled in ourselves and that nobody is named for: no truth to learn from.
    """

    name: str
    value: str
    known_at: datetime
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an incident ended, or a part of it.

    Parameters
    ----------
    incident_id, source : str
        Which incident.
    values : tuple of OutcomeValue
    given_by : str
        Who says so; may be empty.
    """

    incident_id: str
    source: str
    values: tuple[OutcomeValue, ...]
    given_by: str


@dataclass(frozen=True, slots=True)
class IncidentEnd:
    """What has become known of how an incident ended, with the incident that it is about.

    Parameters
    ----------
    incident : Incident
    values : tuple of OutcomeValue, default=()
    states : tuple of (datetime, IncidentState), default=()
        How it stood from when on (aware, UTC), as its later reports say; the first report says nothing of when it
        came to stand so.
    """

    incident: Incident
    values: tuple[OutcomeValue, ...] = ()
    states: tuple[tuple[datetime, IncidentState], ...] = ()
