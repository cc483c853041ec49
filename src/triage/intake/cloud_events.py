"""CloudEvents 1.0 over HTTP, structured, binary and batched, into incidents. Source and id name the incident."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import unquote

from triage.domain import IncidentState
from triage.errors import DataError
from triage.flow import Received
from triage.intake.checks import LONGEST_NAME, shown
from triage.intake.json_body import read_json
from triage.intake.labels import flat_labels
from triage.intake.reports import Findings, Report, to_received_report

__all__ = ["BATCH_MEDIA", "STRUCTURED_MEDIA", "to_batched_events", "to_binary_event", "to_structured_event"]

STRUCTURED_MEDIA = "application/cloudevents+json"
BATCH_MEDIA = "application/cloudevents-batch+json"

_MOST_EVENTS = 1000
_PREFIX = "ce-"
_BODY = frozenset({"data", "data_base64"})
_STATES = {state.value: state for state in IncidentState}


def to_structured_event(payload: object, now: datetime) -> Received:
    """Read an event whose attributes and data stand in one JSON object.

    Raises
    ------
    DataError
        Attributes that cannot be used, all of them.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> event = {"specversion": "1.0", "id": "A234", "source": "/desk", "type": "ticket.opened"}
    >>> got = to_structured_event(event | {"data": {"title": "VPN down"}}, datetime.now(UTC)).incident
    >>> got.source, got.id, got.labels["title"]
    ('/desk', 'A234', 'VPN down')
    """
    findings = Findings()
    report = _report(payload, findings)
    findings.check("The event")
    return to_received_report(report, now)


def to_batched_events(payload: object, now: datetime) -> list[Received]:
    """Read a batch of events, all or none; an empty one is allowed.

    Raises
    ------
    DataError
        Attributes that cannot be used, all of them, by the number of their event.
    """
    if not isinstance(payload, list) or len(payload) > _MOST_EVENTS:
        raise DataError(f"A batch must be a list of at most {_MOST_EVENTS} events. Got {shown(payload)}.")
    findings = Findings()
    reports = [_report(event, findings.within(str(at))) for at, event in enumerate(payload)]
    findings.check("The batch")
    return [to_received_report(report, now) for report in reports]


def to_binary_event(headers: Mapping[str, str], body: bytes, now: datetime) -> Received:
    """Read an event whose attributes stand in ``ce-`` headers and whose data is the body.

    Parameters
    ----------
    headers : mapping of str to str
        By names in small letters.
    body : bytes
        Read as JSON if the content type says so, as text if that says so, else left out.
    now : datetime
        When it came in (aware, UTC).

    Raises
    ------
    MalformedBody
        The body is not the JSON that it should be.
    DataError
        Attributes that cannot be used, all of them.
    """
    # The protocol binding percent-encodes what is not printable ASCII.
    event: dict[str, object] = {
        name.removeprefix(_PREFIX): unquote(value) for name, value in headers.items() if name.startswith(_PREFIX)
    }
    media = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media:
        event["datacontenttype"] = media
    if body.strip() and media.endswith(("/json", "+json")):
        event["data"] = read_json(body)
    elif media.startswith("text/"):
        event["data"] = body.decode(errors="replace")
    return to_structured_event(event, now)


def _report(event: object, findings: Findings) -> Report:
    if not isinstance(event, dict):
        findings.refuse("", "must be an object", event)
        event = {}
    version = findings.identifier_of(event, "specversion", needed=True)
    if version not in ("", "1.0"):
        findings.refuse("specversion", "must be 1.0", event.get("specversion"))
    found = {name: _attribute(event, name, findings) for name in ("id", "source", "type")}
    opened_at = findings.moment_of(event, "time")
    data = event.get("data")
    inner = data if isinstance(data, Mapping) else {"description": data}
    attributes = {name: value for name, value in event.items() if name not in _BODY}
    state = inner.get("state")
    return Report(
        key=found["id"],
        source=found["source"],
        labels=flat_labels(("", inner), ("ce", attributes)),
        said=event,
        opened_at=opened_at,
        state=_STATES.get(state.lower(), IncidentState.OPEN) if isinstance(state, str) else IncidentState.OPEN,
    )


def _attribute(event: Mapping[str, object], name: str, findings: Findings) -> str:
    """Return a required attribute, to the letter: 007 and 7 are different ids."""
    value = findings.identifier_of(event, name, needed=True)
    if len(value) > LONGEST_NAME or not value.isprintable():
        findings.refuse(name, f"must be printable and have at most {LONGEST_NAME} characters", value)
        return ""
    return value
