"""PagerDuty's Events API v2: alert events and change events. The routing key is a secret, of which a digest is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

from triage.domain import Change
from triage.errors import MalformedBody
from triage.flow import Signal, SignalKind
from triage.intake.checks import shown
from triage.intake.labels import flat_labels
from triage.intake.reports import Findings, Report, digest_of, fitting_key, to_received_report

__all__ = ["LARGEST_EVENT", "to_change", "to_signal"]

LARGEST_EVENT = 512 * 1024  # as PagerDuty's own

_ACTIONS = tuple(kind.value for kind in SignalKind)
_SEVERITIES = ("critical", "error", "warning", "info")
_LONGEST_SUMMARY = 1024
_LONGEST_DEDUP_KEY = 255
_DIGEST_CHARACTERS = 8  # a handful of keys are in use; enough to tell them apart, too few to say anything


def to_signal(payload: object, now: datetime) -> tuple[Signal, str]:
    """Read one alert event.

    Parameters
    ----------
    payload : object
    now : datetime
        When it came in (aware, UTC).

    Returns
    -------
    signal : Signal
        Its key is the dedup key; its source names the routing key by a digest, as two services may use the same key.
    dedup_key : str
        As it was given, else made of what was said, so that an event that is sent again is the same.

    Raises
    ------
    MalformedBody
        Fields that cannot be used, all of them.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> signal, key = to_signal(
    ...     {"routing_key": "R0", "event_action": "resolve", "dedup_key": "db-1/disk"}, datetime.now(UTC)
    ... )
    >>> signal.kind.value, key
    ('resolve', 'db-1/disk')
    """
    event, findings = _event(payload), Findings()
    routing_key = findings.identifier_of(event, "routing_key", needed=True)
    action = findings.text_of(event, "event_action", needed=True)
    if action and action not in _ACTIONS:
        findings.refuse("event_action", f"must be one of {', '.join(_ACTIONS)}", action)
    is_trigger = action == SignalKind.TRIGGER.value
    said = {name: value for name, value in event.items() if name != "routing_key"}
    given = findings.identifier_of(event, "dedup_key", needed=bool(action) and not is_trigger)
    if len(given) > _LONGEST_DEDUP_KEY:
        findings.refuse("dedup_key", f"must have at most {_LONGEST_DEDUP_KEY} characters", given)
    detail = findings.object_of(event, "payload", needed=is_trigger)
    opened_at = _check_payload(detail, findings.within("payload")) if is_trigger else None
    _check(findings)
    dedup_key = given or digest_of(said)[:32]
    report = Report(
        key=dedup_key,
        source=_source("pagerduty", routing_key),
        labels=_labels(said, detail),
        said=said,
        opened_at=opened_at,
    )
    return Signal(SignalKind(action), to_received_report(report, now)), dedup_key


def to_change(payload: object, now: datetime) -> Change:
    """Read one change event.

    Raises
    ------
    MalformedBody
        Fields that cannot be used, all of them.
    """
    event, findings = _event(payload), Findings()
    routing_key = findings.identifier_of(event, "routing_key", needed=True)
    detail = findings.object_of(event, "payload", needed=True)
    inner = findings.within("payload")
    summary = inner.text_of(detail, "summary", needed="payload" in event)
    occurred_at = inner.moment_of(detail, "timestamp")
    _check(findings)
    said = {name: value for name, value in event.items() if name != "routing_key"}
    return Change(
        id=fitting_key(digest_of(said)[:32]),
        source=_source("pagerduty", routing_key),
        received_at=now,
        occurred_at=occurred_at,
        summary=summary[:_LONGEST_SUMMARY].replace("\0", ""),
        labels=_labels(said, detail),
    )


def _event(payload: object) -> Mapping[str, object]:
    if not isinstance(payload, dict):
        raise MalformedBody(f"An event must be an object. Got {shown(payload)}.")
    return payload


def _check_payload(detail: Mapping[str, object], findings: Findings) -> datetime | None:
    # An absent payload was refused already.
    needed = bool(detail)
    findings.text_of(detail, "summary", needed=needed)
    findings.text_of(detail, "source", needed=needed)
    severity = findings.text_of(detail, "severity", needed=needed)
    if severity and severity not in _SEVERITIES:
        findings.refuse("severity", f"must be one of {', '.join(_SEVERITIES)}", severity)
    return findings.moment_of(detail, "timestamp")


def _labels(said: Mapping[str, object], detail: Mapping[str, object]) -> dict[str, str]:
    summary = detail.get("summary")
    beside = {name: value for name, value in said.items() if name not in ("payload", "dedup_key")}
    title = summary[:_LONGEST_SUMMARY] if isinstance(summary, str) else None
    return flat_labels(("title", title), ("", detail), ("", beside))


def _source(system: str, routing_key: str) -> str:
    return f"{system}.{hashlib.sha256(routing_key.encode()).hexdigest()[:_DIGEST_CHARACTERS]}"


def _check(findings: Findings) -> None:
    if findings.problems:
        raise MalformedBody("Event object is invalid.", findings.problems)
