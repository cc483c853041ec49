"""Jira's webhooks, of Cloud and of the server: an issue that was created, updated or deleted into an incident."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from triage.domain import IncidentState
from triage.errors import DataError
from triage.exports import to_issue_text
from triage.flow import Received
from triage.intake.checks import shown
from triage.intake.labels import flat_labels
from triage.intake.reports import Findings, Report, to_received_report

__all__ = ["to_issue"]

SOURCE = "jira"

_ISSUE_EVENTS = frozenset({"jira:issue_created", "jira:issue_updated", "jira:issue_deleted"})
# By which of its parts a value that is an object is called.
_NAMES = ("name", "value", "displayName", "key", "id")
_STATES = {
    "new": IncidentState.OPEN,
    "indeterminate": IncidentState.ACKNOWLEDGED,
    "done": IncidentState.RESOLVED,
}


def to_issue(payload: object, now: datetime, names: Mapping[str, str] | None = None) -> Received | None:
    """Read one webhook.

    Parameters
    ----------
    payload : object
    now : datetime
        When it came in (aware, UTC).
    names : mapping of str to str, optional
        Our names by the field they are read from, such as ``{"impact": "customfield_10010"}``.

    Returns
    -------
    Received or None
        None for an event that tells of no issue's fields, such as a comment or a sprint.

    Raises
    ------
    DataError
        Fields that cannot be used, all of them.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> fields = {"summary": "VPN down", "priority": {"name": "High"}, "created": "2026-11-23T10:00:00.000+0000"}
    >>> event = {"webhookEvent": "jira:issue_created", "issue": {"key": "OPS-7", "fields": fields}}
    >>> got = to_issue(event, datetime.now(UTC)).incident
    >>> got.id, got.labels["priority"], got.opened_at.isoformat()
    ('OPS-7', 'High', '2026-11-23T10:00:00+00:00')
    """
    if not isinstance(payload, dict):
        raise DataError(f"A webhook must be an object. Got {shown(payload)}.")
    findings = Findings()
    event = findings.text_of(payload, "webhookEvent", needed=True)
    if event and event not in _ISSUE_EVENTS:
        return None
    issue = findings.object_of(payload, "issue", needed=True)
    inner = findings.within("issue")
    key = inner.identifier_of(issue, "key", needed="issue" in payload)
    fields = inner.object_of(issue, "fields", needed=bool(issue) and event != "jira:issue_deleted")
    opened_at = inner.within("fields").moment_of(fields, "created")
    findings.check("The webhook")
    named = {ours: _read(fields.get(theirs)) for ours, theirs in (names or {}).items()}
    labels = flat_labels(
        ("", named),
        ("", {name: _read(value) for name, value in fields.items()}),
        ("", {"webhookEvent": event, "issue_event_type_name": payload.get("issue_event_type_name")}),
    )
    is_gone = event == "jira:issue_deleted"
    state = IncidentState.RESOLVED if is_gone else _state(fields)
    said = {name: value for name, value in payload.items() if name != "timestamp"}
    return to_received_report(Report(key, SOURCE, labels, said, opened_at, state), now)


def _read(value: object) -> object:
    """Return what a field's value is called, as a scalar, a list of scalars, or as it is."""
    if isinstance(value, Mapping):
        if value.get("type") == "doc":
            return to_issue_text(value)
        called = next((value[name] for name in _NAMES if value.get(name) is not None), None)
        child = value.get("child")
        if isinstance(child, Mapping):
            # A cascading choice: the second step follows the first.
            return f"{called} / {_read(child)}"
        return called if called is not None else value
    if isinstance(value, list):
        return [_read(each) for each in value]
    return value


def _state(fields: Mapping[str, object]) -> IncidentState:
    status = fields.get("status")
    category = status.get("statusCategory") if isinstance(status, Mapping) else None
    key = category.get("key") if isinstance(category, Mapping) else None
    if isinstance(key, str) and key in _STATES:
        return _STATES[key]
    return IncidentState.RESOLVED if fields.get("resolution") else IncidentState.OPEN
