"""Incident records as ServiceNow's Table API shows them. References are read by what they display."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from triage.domain import IncidentState
from triage.errors import DataError
from triage.exports import to_label
from triage.flow import Received
from triage.intake.labels import flat_labels
from triage.intake.mail import clean_mail
from triage.intake.reports import Findings, Report, to_received_report

__all__ = ["to_record_incidents"]

SOURCE = "servicenow"

_MOST_RECORDS = 1000
# Numbers and names of the states that come with the product.
_STATES = {
    **dict.fromkeys(("1", "new"), IncidentState.OPEN),
    **dict.fromkeys(("2", "3", "in progress", "on hold"), IncidentState.ACKNOWLEDGED),
    **dict.fromkeys(("6", "7", "8", "resolved", "closed", "canceled"), IncidentState.RESOLVED),
}
_STATE_KEYS = ("state", "incident_state")


def to_record_incidents(payload: object, now: datetime) -> list[Received]:
    """Read records.

    Parameters
    ----------
    payload : object
        A record, a list of records, or the Table API's own ``{"result": ...}`` around either.
    now : datetime
        When it came in (aware, UTC).

    Raises
    ------
    DataError
        Fields that cannot be used, all of them; nothing of the request is taken then.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> record = {"number": "INC1", "opened_at": "2026-11-23 10:00:00", "state": {"value": "7"}}
    >>> [got] = to_record_incidents({"result": record}, datetime.now(UTC))
    >>> got.incident.id, got.incident.opened_at.isoformat(), got.incident.state.value
    ('INC1', '2026-11-23T10:00:00+00:00', 'resolved')
    """
    if isinstance(payload, dict):
        payload = payload.get("result", payload.get("records", payload))
    records = payload if isinstance(payload, list) else [payload]
    if not 1 <= len(records) <= _MOST_RECORDS:
        raise DataError(f"A request must hold 1 to {_MOST_RECORDS} records. Got {len(records)}.")
    findings = Findings()
    reports = [_report(record, findings.within(f"records.{at}")) for at, record in enumerate(records)]
    findings.check("The request")
    return [to_received_report(report, now) for report in reports]


def _report(record: object, findings: Findings) -> Report:
    if not isinstance(record, dict):
        findings.refuse("", "must be an object", record)
        record = {}
    number = to_label(record.get("number")) or to_label(record.get("sys_id"))
    if not number:
        findings.refuse("number", "must be given, or sys_id", record.get("number"))
    opened = next((name for name in ("opened_at", "sys_created_on") if _value(record.get(name))), "opened_at")
    # Zones of the reader apply to what is displayed; the value is UTC.
    opened_at = findings.moment_of({opened: _value(record.get(opened))}, opened)
    return Report(
        key=number or "",
        source=SOURCE,
        labels=flat_labels(("", _from_mail(record)), ("", record)),
        said=record,
        opened_at=opened_at,
        state=_state(record),
    )


def _value(cell: object) -> object:
    return cell.get("value") if isinstance(cell, Mapping) else cell


def _state(record: Mapping[str, object]) -> IncidentState:
    for key in _STATE_KEYS:
        cell = record.get(key)
        displayed = cell.get("display_value") if isinstance(cell, Mapping) else None
        for said in (to_label(_value(cell)), to_label(displayed)):
            if said is not None and said.lower() in _STATES:
                return _STATES[said.lower()]
    return IncidentState.OPEN


def _from_mail(record: Mapping[str, object]) -> dict[str, str]:
    """Return the description without the mail around it, where the record came by mail."""
    text = record.get("description")
    came_by = to_label(record.get("contact_type")) or ""
    if came_by.lower() in ("email", "e-mail", "mail") and isinstance(text, str):
        return {"description": clean_mail(text)}
    return {}
