"""A signed webhook that carries a CloudEvent; or, as a proxy, the sender's own body with the answer added to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import httpx
import orjson
from standardwebhooks import Webhook
from standardwebhooks.webhooks import EmptyWebhookSecretError

from triage.deliver.content import to_told
from triage.deliver.destinations import Destination
from triage.deliver.http_core import HttpCore
from triage.errors import SettingsError
from triage.flow import Message, MessageKind, group_document, outlook_document, predictions_document

__all__ = ["WebhookCore", "to_cloud_event"]

_TYPES = {
    MessageKind.EVENT: "triage.incident.v1",
    MessageKind.LABELS: "triage.labels.v1",
    MessageKind.MEMBER: "triage.member.v1",
}


class WebhookCore(HttpCore):
    """Posts to one address by the rules of Standard Webhooks: the same id at every attempt, and a signature.

    Parameters
    ----------
    destination : Destination
        Unsigned without a secret.
    client : httpx.AsyncClient
        Closed with the core.
    clock : callable returning datetime

    Raises
    ------
    SettingsError
        The secret is none that Standard Webhooks knows.
    """

    def __init__(self, destination: Destination, client: httpx.AsyncClient, clock: Callable[[], datetime]) -> None:
        super().__init__(destination, client, clock)
        try:
            self._signer = Webhook(destination.secret) if destination.secret else None
        except (ValueError, EmptyWebhookSecretError) as err:
            raise SettingsError(
                f"deliver.{destination.name}.secret_env must name a variable that holds whsec_ and a key in base64."
            ) from err

    async def _send(self, message: Message) -> str:
        if self._destination.is_proxy:
            body, media = _passed_on(message, self._destination), "application/json"
        else:
            body, media = to_cloud_event(message, self._destination), "application/cloudevents+json"
        now = self._clock()
        message_id = f"msg_{message.key}"
        headers = {"content-type": media, "webhook-id": message_id, "webhook-timestamp": str(int(now.timestamp()))}
        if self._signer is not None:
            headers["webhook-signature"] = self._signer.sign(message_id, now, body.decode())
        response = await self._client.post(self._destination.url, content=body, headers=headers)
        response.raise_for_status()
        return ""


def to_cloud_event(message: Message, destination: Destination) -> bytes:
    """Render a message as a structured CloudEvent 1.0."""
    content, triage = message.content, message.content.triage
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": message.key,
            "source": "/triage",
            "type": _TYPES[message.kind],
            "time": content.received_at,
            "subject": triage.incident_id,
            "datacontenttype": "application/json",
            "data": {
                "id": triage.incident_id,
                "source": triage.source,
                "revision": content.revision,
                "received_at": content.received_at,
                "opened_at": content.opened_at,
                "labels": dict(content.labels),
                "triage": _answer(message, destination),
            },
        },
        option=orjson.OPT_UTC_Z,
    )


def _passed_on(message: Message, destination: Destination) -> bytes:
    """Return the sender's body with the answer under ``triage``; as it came where nothing can be added to it."""
    edit = message.content.edit
    try:
        body = orjson.loads(message.content.body) if edit is None else dict(edit.labels)
    except orjson.JSONDecodeError:
        return message.content.body
    if not isinstance(body, dict) or not message.content.triage.predictions:
        return message.content.body
    return orjson.dumps({**body, "triage": _answer(message, destination)}, option=orjson.OPT_UTC_Z)


def _answer(message: Message, destination: Destination) -> dict[str, object]:
    triage = message.content.triage
    told = to_told(message, destination)
    shown = [one for one in triage.predictions if destination.rule(one.target).mode != "shadow"]
    return {
        "degraded": triage.degraded,
        "fields": dict(told.fields),
        "suggestions": list(told.notes),
        "predictions": predictions_document(shown),
        **outlook_document(triage),
        "group": None if message.content.group is None else group_document(message.content.group),
    }
