"""Alertmanager's webhook, version 4, and Grafana's, which is a superset: alerts of a group into incidents, one each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from triage.domain import IncidentState
from triage.errors import DataError
from triage.flow import Received
from triage.intake.checks import shown
from triage.intake.labels import flat_labels
from triage.intake.reports import Findings, Report, digest_of, to_received_report

__all__ = ["AlertGroup", "to_alert_group"]

SOURCE = "alertmanager"

_STATES = {"firing": IncidentState.OPEN, "resolved": IncidentState.RESOLVED}
_READ = frozenset({"labels", "annotations", "startsAt", "endsAt"})
# About the group, not about an alert: the same alert may come in several groups.
_OF_THE_GROUP = ("receiver", "groupKey", "externalURL", "orgId", "title", "state", "message", "truncatedAlerts")


@dataclass(frozen=True, slots=True)
class AlertGroup:
    """What one notification told of.

    Parameters
    ----------
    received : tuple of Received
        One an alert, in their order.
    truncated : int
        Alerts of the group that the sender left out.
    """

    received: tuple[Received, ...]
    truncated: int


def to_alert_group(payload: object, now: datetime) -> AlertGroup:
    """Read one notification.

    Parameters
    ----------
    payload : object
        As Alertmanager's ``webhook_config`` and Grafana's contact points send it.
    now : datetime
        When it came in (aware, UTC).

    Raises
    ------
    DataError
        Fields that cannot be used, all of them; nothing of the group is taken then.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> alert = {"status": "firing", "labels": {"alertname": "Disk"}, "startsAt": "2026-11-23T10:00:00Z"}
    >>> [got] = to_alert_group({"alerts": [alert | {"fingerprint": "1a30ba71"}]}, datetime.now(UTC)).received
    >>> got.incident.id, got.incident.labels["title"]
    ('1a30ba71@2026-11-23T10:00:00Z', 'Disk')
    """
    if not isinstance(payload, dict):
        raise DataError(f"A notification must be an object. Got {shown(payload)}.")
    findings = Findings()
    alerts = payload.get("alerts")
    if not isinstance(alerts, list):
        findings.refuse("alerts", "must be a list", alerts)
        alerts = []
    truncated = payload.get("truncatedAlerts") or 0
    if not isinstance(truncated, int) or truncated < 0:
        findings.refuse("truncatedAlerts", "must be a whole number, at least 0", truncated)
        truncated = 0
    context = {name: payload[name] for name in _OF_THE_GROUP if payload.get(name)}
    reports = [_report(alert, context, findings.within(f"alerts.{at}")) for at, alert in enumerate(alerts)]
    findings.check("The notification")
    return AlertGroup(tuple(to_received_report(report, now) for report in reports), truncated)


def _report(alert: object, context: Mapping[str, object], findings: Findings) -> Report:
    if not isinstance(alert, dict):
        findings.refuse("", "must be an object", alert)
        alert = {}
    labels = findings.object_of(alert, "labels", needed=True)
    annotations = findings.object_of(alert, "annotations")
    starts_at = findings.moment_of(alert, "startsAt")
    ends_at = findings.moment_of(alert, "endsAt")
    said = findings.text_of(alert, "status", needed=True)
    if said and said not in _STATES:
        findings.refuse("status", "must be firing or resolved", said)
    # Old versions send no fingerprint; the labels are what it is made of.
    fingerprint = findings.identifier_of(alert, "fingerprint") or digest_of(labels)[:16]
    began = starts_at.isoformat().replace("+00:00", "Z") if starts_at else ""
    return Report(
        key=f"{fingerprint}@{began}",
        source=SOURCE,
        labels=flat_labels(
            ("", _texts(labels, annotations)),
            ("", labels),
            ("", annotations),
            ("", {name: value for name, value in alert.items() if name not in _READ}),
            # The zero time says that it still fires.
            ("endsAt", ends_at.isoformat().replace("+00:00", "Z") if ends_at else None),
            ("group", context),
        ),
        said=alert,
        opened_at=starts_at,
        state=_STATES.get(said, IncidentState.OPEN),
        context=context,
    )


def _texts(labels: Mapping[str, object], annotations: Mapping[str, object]) -> dict[str, object]:
    """Return title and description under the names that models know; the alert's own names stay beside them."""
    title = annotations.get("summary") or annotations.get("title") or labels.get("alertname")
    return {"title": title, "description": annotations.get("description") or annotations.get("message")}
