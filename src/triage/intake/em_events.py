"""ServiceNow's em_event, as monitors send it. Severity 0 clears; the same message key may come back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

import orjson

from triage.errors import DataError, MalformedBody
from triage.flow import Signal, SignalKind
from triage.intake.checks import shown
from triage.intake.labels import flat_labels
from triage.intake.reports import Findings, Report, to_received_report

__all__ = ["read_lenient_json", "to_em_signals"]

SOURCE = "servicenow.em_event"

_SEVERITIES = {"0": "Clear", "1": "Critical", "2": "Major", "3": "Minor", "4": "Warning", "5": "Info"}
_KEY_PARTS = ("source", "node", "type", "resource", "metric_name")
_MOST_RECORDS = 1000
# The sample in ServiceNow's documentation has one brace too many, and scripts were copied from it.
_MOST_EXTRA_BRACES = 4


def read_lenient_json(text: bytes | str) -> object:
    """Parse JSON, passing over closing braces that nothing opened.

    Raises
    ------
    MalformedBody
        It is not JSON even so.

    Examples
    --------
    >>> read_lenient_json('{"records": [{"node": "db-1"}}]}')
    {'records': [{'node': 'db-1'}]}
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as err:
        problem: ValueError = err
    try:
        rest = text.decode() if isinstance(text, bytes) else text
        for _ in range(_MOST_EXTRA_BRACES):
            try:
                json.loads(rest)
                return orjson.loads(rest)
            except json.JSONDecodeError as err:
                if rest[err.pos : err.pos + 1] != "}":
                    break
                rest = rest[: err.pos] + rest[err.pos + 1 :]
    except (UnicodeDecodeError, RecursionError, orjson.JSONDecodeError):
        pass
    raise MalformedBody(f"The body is not JSON in UTF-8: {problem}.") from problem


def to_em_signals(payload: object, now: datetime) -> list[Signal]:
    """Read the events of one request.

    Parameters
    ----------
    payload : object
        ``{"records": [...]}``, or a single record.
    now : datetime
        When it came in (aware, UTC).

    Raises
    ------
    DataError
        Fields that cannot be used, all of them; nothing of the request is taken then.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> event = {"source": "SCOM", "node": "db-1", "type": "Disk space", "severity": "0"}
    >>> [signal] = to_em_signals({"records": [event]}, datetime.now(UTC))
    >>> signal.kind.value, signal.received.incident.id
    ('resolve', 'SCOM+db-1+Disk space++')
    """
    if not isinstance(payload, dict):
        raise DataError(f"The body must be an object with records. Got {shown(payload)}.")
    records = payload.get("records", [payload])
    if not isinstance(records, list) or not 1 <= len(records) <= _MOST_RECORDS:
        raise DataError(f"records must be a list of 1 to {_MOST_RECORDS} events. Got {shown(records)}.")
    findings = Findings()
    signals = [_signal(record, now, findings.within(f"records.{at}")) for at, record in enumerate(records)]
    findings.check("The request")
    return [signal for signal in signals if signal is not None]


def _signal(record: object, now: datetime, findings: Findings) -> Signal | None:
    if not isinstance(record, dict):
        findings.refuse("", "must be an object", record)
        return None
    parts = [findings.text_of(record, name) for name in _KEY_PARTS]
    key = findings.identifier_of(record, "message_key")
    if not key and not any(parts):
        findings.refuse("message_key", f"must be given, or one of {', '.join(_KEY_PARTS)}", record.get("message_key"))
    severity = findings.text_of(record, "severity")
    if severity and severity not in _SEVERITIES:
        findings.refuse("severity", "must be 0 (clear) to 5", severity)
    is_over = severity == "0" or findings.text_of(record, "resolution_state").lower() == "closing"
    opened_at = findings.moment_of(record, "time_of_event")
    report = Report(
        key=key or "+".join(parts),
        source=SOURCE,
        labels=flat_labels(
            ("title", findings.text_of(record, "description") or " ".join(filter(None, parts[1:]))),
            ("severity_name", _SEVERITIES.get(severity)),
            ("", {name: value for name, value in record.items() if name != "additional_info"}),
            ("additional_info", _additional_info(record)),
        ),
        said=record,
        opened_at=opened_at,
    )
    return Signal(SignalKind.RESOLVE if is_over else SignalKind.TRIGGER, to_received_report(report, now))


def _additional_info(record: Mapping[str, object]) -> object:
    """Return what the JSON in the string says; a string that holds none stays one."""
    info = record.get("additional_info")
    if not isinstance(info, str) or not info.lstrip().startswith("{"):
        return info
    try:
        return read_lenient_json(info)
    except MalformedBody:
        return info
