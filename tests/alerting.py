"""Alerts as monitors send them, for tests of grouping."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from tests.fakes import NOON

from triage.domain import Incident, IncidentState, Triage
from triage.flow import Entry, MemberMode, Received

__all__ = ["alert_entry", "alert_incident"]


def alert_incident(
    name: str,
    host: str,
    minutes: float = 0.0,
    state: IncidentState = IncidentState.OPEN,
    number: int = 1,
    **labels: str,
) -> Incident:
    """An alert that came in some minutes after noon."""
    said = {"title": f"{name} on {host}", "host": host, "service": host.partition("-")[0], **labels}
    at: datetime = NOON + timedelta(minutes=minutes)
    return Incident(f"{host}/{name}/{number}", "monitor", at, None, {k: v for k, v in said.items() if v}, state)


def alert_entry(incident: Incident, members: Mapping[str, MemberMode] | None = None) -> Entry:
    """The same as it is committed, to go on to all that ``members`` names."""
    body = f"{incident.state} {incident.received_at} {sorted(incident.labels.items())}".encode()
    received = Received(incident, body, hashlib.sha256(body).hexdigest())
    modes = members or {}
    return Entry(received, Triage(incident.id, incident.source), tuple(modes), modes)
