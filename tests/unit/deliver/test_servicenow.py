"""ServiceNow's Table API."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import httpx
from tests.delivery import message
from tests.fakes import fixed_clock
from tests.web import FakeServer

from triage.deliver import Attempt, Destination, FieldRule, Kind, Mode, Verdict, make_core
from triage.flow import Message

FIELDS = {"team": FieldRule(Mode.AUTO, to="assignment_group")}
DESK = Destination(
    "desk", Kind.SERVICENOW, "http://sn", "pw", "triage", fields=FIELDS, create={"contact_type": "monitoring"}
)
KEY = message().incident_key


def answer(request: httpx.Request) -> httpx.Response:
    if request.method == "GET":
        return httpx.Response(200, json={"result": [{"sys_id": "s1"}]})
    return httpx.Response(201, json={"result": {"sys_id": "s1"}})


def send(server: FakeServer, one: Message, destination: Destination = DESK) -> Attempt:
    return asyncio.run(make_core(destination, fixed_clock, server.transport).deliver(one))


def test_incident_is_created_with_our_key_as_correlation_id() -> None:
    server = FakeServer(answer)
    assert send(server, message()) == Attempt(Verdict.DELIVERED, ref="s1")
    assert server.calls == ["POST /api/now/table/incident"]
    assert server.requests[0].headers["authorization"].startswith("Basic ")
    assert server.bodies == [
        {
            "contact_type": "monitoring",
            "short_description": "VPN down",
            "description": "VPN down",
            "assignment_group": "network",
            "correlation_id": KEY,
        }
    ]


def test_it_is_looked_for_by_that_before_a_second_attempt() -> None:
    server = FakeServer(answer)
    send(server, message(was_tried=True))
    assert server.calls == ["GET /api/now/table/incident", "PATCH /api/now/table/incident/s1"]
    assert server.requests[0].url.params["sysparm_query"] == f"correlation_id={KEY}^ORDERBYsys_created_on"


def test_suggestion_is_a_work_note() -> None:
    server = FakeServer(answer)
    send(server, message(), replace(DESK, fields={}))
    send(server, message(ref="s1", revision=2), replace(DESK, fields={}))
    assert "team: network (97%)" in server.bodies[0]["work_notes"]
    assert "team: network (97%)" in server.bodies[-1]["work_notes"]


def test_record_of_the_core_is_found_by_its_number_and_a_strange_number_is_not_asked_for() -> None:
    server = FakeServer(answer)
    own = replace(DESK, updates_own=True)
    send(server, message(), own)
    assert server.requests[0].url.params["sysparm_query"].startswith("number=INC7^ORsys_id=INC7")
    strange = message()
    triage = replace(strange.content.triage, incident_id="INC7^active=true")
    server = FakeServer(answer)
    assert send(server, replace(strange, content=replace(strange.content, triage=triage)), own).verdict is Verdict.RETRY
    assert server.calls == []


def test_answer_that_is_no_answer_of_the_api_is_tried_again() -> None:
    server = FakeServer(lambda _: httpx.Response(200, text="<html>log in</html>"))
    assert send(server, message()).verdict is Verdict.RETRY
