"""Alertmanager as a destination: an alert by its labels, which make repetitions harmless."""

from __future__ import annotations

import re
from datetime import timedelta

from triage.decide.severity import severity_of
from triage.deliver.content import to_told
from triage.deliver.http_core import HttpCore
from triage.deliver.pagerduty import is_over
from triage.flow import Message

__all__ = ["AlertmanagerCore"]

# Alertmanager resolves by itself what is not repeated, and nobody repeats an incident: it is told until when it holds.
_LASTS = timedelta(hours=24)
_NO_LABEL_NAME = re.compile(r"[^a-zA-Z0-9_]")


class AlertmanagerCore(HttpCore):
    """Sends alerts to one Alertmanager.

    Parameters
    ----------
    destination : Destination
        With a user: basic authentication; with a secret alone a bearer token.
    client : httpx.AsyncClient
        Closed with the core.
    clock : callable returning datetime
    """

    async def _send(self, message: Message) -> str:
        content, triage = message.content, message.content.triage
        told = to_told(message, self._destination)
        now = self._clock()
        # Only what never changes identifies the alert; what the models say may change, and is an annotation.
        alert = {
            "labels": {
                "alertname": content.labels.get("alertname") or "TriageIncident",
                "incident_id": triage.incident_id,
                "incident_source": triage.source,
            },
            "annotations": {
                "summary": told.title,
                "description": told.text,
                "severity": severity_of(content.labels),
                **{_NO_LABEL_NAME.sub("_", name): value for name, value in told.fields.items()},
                "suggestions": "\n".join(told.notes),
            },
            "startsAt": (content.opened_at or content.received_at).isoformat(),
            "endsAt": (now if is_over(content) else now + _LASTS).isoformat(),
        }
        response = await self._client.post(f"{self._destination.url}/api/v2/alerts", json=[alert])
        response.raise_for_status()
        return message.incident_key
