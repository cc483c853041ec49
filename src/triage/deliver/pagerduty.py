"""PagerDuty Events API v2: an alert by our key, triggered or resolved. The key makes repetitions harmless."""

from __future__ import annotations

from triage.decide.severity import severity_of
from triage.deliver.content import Told, to_told
from triage.deliver.http_core import HttpCore
from triage.domain import IncidentState
from triage.flow import Content, MemberMode, Message

__all__ = ["PagerDutyCore", "is_over", "to_event"]

# Bounds of the API.
_LONGEST_SUMMARY = 1024
# What senders say of an incident that is over, in labels of these names.
_STATUS_LABELS = ("status", "state", "incident_state", "event_action", "resolution_state")
_OVER = frozenset({"resolved", "closed", "resolve", "ok", "clear", "done", "6", "7", "closing"})


class PagerDutyCore(HttpCore):
    """Sends alerts of one integration key.

    Parameters
    ----------
    destination : Destination
        Its secret is the integration (routing) key.
    client : httpx.AsyncClient
        Closed with the core.
    clock : callable returning datetime
    """

    async def _send(self, message: Message) -> str:
        is_one = self._destination.members is not MemberMode.SEPARATE
        event = to_event(message, to_told(message, self._destination), self._destination.secret, is_one=is_one)
        response = await self._client.post(f"{self._destination.url}/v2/enqueue", json=event)
        response.raise_for_status()
        return message.incident_key


def is_over(content: Content) -> bool:
    """Tell whether the sender says that the incident is over: by its state, or in a label that says how it stands."""
    said = (content.labels.get(name, "").strip().lower() for name in _STATUS_LABELS)
    return content.state is IncidentState.RESOLVED or any(word in _OVER for word in said)


def to_event(message: Message, told: Told, routing_key: str, *, is_one: bool = False) -> dict[str, object]:
    """Render a message as an event.

    Parameters
    ----------
    message : Message
    told : Told
    routing_key : str
    is_one : bool, default=False
        Whether a group is one alert there, as bad as its worst member and open as long as one of them is.
    """
    labels, triage, group = message.content.labels, message.content.triage, message.content.group
    if not is_one:
        group = None
    over = is_over(message.content) if group is None else group.ended_at is not None
    head: dict[str, object] = {
        "routing_key": routing_key,
        "event_action": "resolve" if over else "trigger",
        "dedup_key": message.incident_key,
    }
    if head["event_action"] == "resolve":
        return head
    opened_at = message.content.opened_at or message.content.received_at
    return head | {
        "payload": {
            "summary": told.title[:_LONGEST_SUMMARY],
            "source": labels.get("host") or labels.get("entity") or triage.source,
            "severity": severity_of(labels) if group is None else group.severity,
            "timestamp": opened_at.isoformat(),
            "custom_details": {
                "id": triage.incident_id,
                "source": triage.source,
                **dict(told.fields),
                "suggestions": list(told.notes),
                **({} if group is None else {"group": {"id": group.id, "size": group.size, "open": group.open}}),
                "labels": dict(labels),
            },
        },
        "client": "triage",
    }
