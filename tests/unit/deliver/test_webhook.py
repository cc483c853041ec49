"""Webhooks as Standard Webhooks and CloudEvents say, and as a proxy."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import orjson
import pytest
from standardwebhooks import Webhook
from tests.delivery import message, prediction
from tests.web import FakeServer

from triage.deliver import Destination, FieldRule, Kind, Mode, Verdict, make_core
from triage.domain import Triage
from triage.errors import SettingsError
from triage.flow import Edit, Message, MessageKind

SECRET = f"whsec_{base64.b64encode(b'k' * 24).decode()}"
HOOK = Destination("hook", Kind.WEBHOOK, "http://core/hook", SECRET)


def post(one: Message, destination: Destination = HOOK, server: FakeServer | None = None) -> httpx.Request:
    there = server or FakeServer()

    async def deliver() -> None:
        core = make_core(destination, lambda: datetime.now(UTC), there.transport)
        assert (await core.deliver(one)).verdict is Verdict.DELIVERED
        await core.close()

    asyncio.run(deliver())
    return there.requests[-1]


def test_signature_is_verified_by_the_library_of_the_standard() -> None:
    request = post(message())
    assert Webhook(SECRET).verify(request.content, dict(request.headers))["specversion"] == "1.0"


def test_signed_time_is_that_of_the_attempt_in_seconds() -> None:
    request = post(message())
    sent = int(request.headers["webhook-timestamp"])
    assert abs(sent - datetime.now(UTC).timestamp()) < 60


def test_body_is_a_structured_cloud_event() -> None:
    request = post(message())
    event = orjson.loads(request.content)
    assert request.headers["content-type"] == "application/cloudevents+json"
    assert {"specversion", "id", "source", "type"} <= event.keys()
    assert (event["type"], event["subject"], event["time"]) == ("triage.incident.v1", "INC7", "2026-11-23T10:00:05Z")
    assert event["data"]["triage"]["predictions"]["team"]["label"] == "network"
    assert event["data"]["labels"] == {"title": "VPN down"}


def test_every_attempt_of_a_message_has_the_same_id_and_no_other_message_has() -> None:
    seen = [
        post(one).headers["webhook-id"]
        for one in (message(), message(was_tried=True), message(revision=2), message(kind=MessageKind.LABELS))
    ]
    assert seen[0] == seen[1]
    assert len(set(seen)) == 3


def test_labels_that_follow_are_an_event_of_their_own_type() -> None:
    assert orjson.loads(post(message(kind=MessageKind.LABELS)).content)["type"] == "triage.labels.v1"


def test_without_a_secret_nothing_is_signed() -> None:
    assert "webhook-signature" not in post(message(), replace(HOOK, secret="")).headers


def test_shadow_is_not_told() -> None:
    shadowed = replace(HOOK, fields={"team": FieldRule(Mode.SHADOW)})
    event = orjson.loads(post(message(prediction("team", "a"), prediction("impact", "b")), shadowed).content)
    assert list(event["data"]["triage"]["predictions"]) == ["impact"]


def test_proxy_passes_the_original_on_with_the_labels_added() -> None:
    proxy = replace(HOOK, is_proxy=True, fields={"team": FieldRule(Mode.AUTO)})
    request = post(message(body='{"title": "VPN down", "n": 1.50}'), proxy)
    body = orjson.loads(request.content)
    assert request.headers["content-type"] == "application/json"
    assert {key: body[key] for key in ("title", "n")} == {"title": "VPN down", "n": 1.5}
    assert body["triage"]["fields"] == {"team": "network"}


@pytest.mark.parametrize("body", ["[1, 2]", "no json", '{"title":  "VPN"}'])
def test_proxy_passes_on_byte_for_byte_what_it_can_add_nothing_to(body: str) -> None:
    one = message(body=body)
    unlabelled = replace(one, content=replace(one.content, triage=Triage("INC7", "mail", degraded="No model.")))
    assert post(unlabelled, replace(HOOK, is_proxy=True)).content == body.encode()


def test_proxy_passes_on_what_a_person_put_in_its_place() -> None:
    edited = message(edit=Edit({"title": "Router down"}, {"team": "core"}))
    body = orjson.loads(post(edited, replace(HOOK, is_proxy=True)).content)
    assert (body["title"], body["triage"]["fields"]) == ("Router down", {"team": "core"})


@pytest.mark.parametrize("secret", ["whsec_\u00e9", "whsec_a"])
def test_secret_that_is_none_is_refused_and_not_shown(secret: str) -> None:
    with pytest.raises(SettingsError) as caught:
        make_core(replace(HOOK, secret=secret), lambda: datetime.now(UTC))
    assert secret not in str(caught.value)
