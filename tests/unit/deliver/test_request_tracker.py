"""Request Tracker's REST 2."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import httpx
from tests.delivery import message, prediction
from tests.fakes import fixed_clock
from tests.web import FakeServer

from triage.deliver import Attempt, Destination, FieldRule, Kind, Mode, Verdict, make_core
from triage.flow import Message

FIELDS = {"team": FieldRule(Mode.AUTO, to="Owner"), "impact": FieldRule(Mode.AUTO)}
DESK = Destination("desk", Kind.REQUEST_TRACKER, "http://rt", "t0ken", fields=FIELDS, create={"Queue": "General"})
KEY = message().incident_key
ONE = message(prediction("team", "ada"), prediction("impact", "2"))


def answer(request: httpx.Request) -> httpx.Response:
    path = request.url.path
    if path.endswith("/tickets"):
        return httpx.Response(200, json={"items": [{"id": "12", "type": "ticket"}]})
    if path.endswith("/attachments"):
        return httpx.Response(200, json={"items": [{"Subject": "Re: VPN"}]})
    if request.method == "GET":
        return httpx.Response(200 if path.endswith("/12") else 404, json={})
    return httpx.Response(201, json={"id": 12})


def send(server: FakeServer, one: Message, destination: Destination = DESK) -> Attempt:
    return asyncio.run(make_core(destination, fixed_clock, server.transport).deliver(one))


def test_ticket_is_created_with_our_key_in_its_subject() -> None:
    server = FakeServer(answer)
    assert send(server, ONE) == Attempt(Verdict.DELIVERED, ref="12")
    assert server.calls == ["POST /REST/2.0/ticket"]
    assert server.requests[0].headers["authorization"] == "token t0ken"
    assert server.bodies == [
        {
            "Queue": "General",
            "Content": "VPN down",
            "ContentType": "text/plain",
            "Owner": "ada",
            "CustomFields": {"impact": "2"},
            "Subject": f"VPN down [triage:{KEY}]",
        }
    ]


def test_it_is_looked_for_by_that_before_a_second_attempt() -> None:
    server = FakeServer(answer)
    send(server, replace(ONE, was_tried=True))
    assert server.calls == ["GET /REST/2.0/tickets", "PUT /REST/2.0/ticket/12"]
    assert server.requests[0].url.params["query"] == f"Subject LIKE '[triage:{KEY}]'"


def test_suggestion_is_a_comment_with_its_mark_as_subject() -> None:
    server = FakeServer(answer)
    one = message(ref="12", revision=2, was_tried=True)
    send(server, one, replace(DESK, fields={}))
    assert server.calls == ["GET /REST/2.0/ticket/12/attachments", "POST /REST/2.0/ticket/12/comment"]
    assert server.bodies[-1]["Subject"] == f"[triage:{one.key[:12]}]"


def test_ticket_of_the_core_is_found_by_its_number() -> None:
    server = FakeServer(answer)
    own = replace(DESK, updates_own=True)
    for number, verdict in (("12", Verdict.DELIVERED), ("13", Verdict.RETRY), ("INC7", Verdict.RETRY)):
        triage = replace(ONE.content.triage, incident_id=number)
        assert send(server, replace(ONE, content=replace(ONE.content, triage=triage)), own).verdict is verdict
