"""Jira's REST API v3."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import httpx
from tests.delivery import message, prediction
from tests.fakes import fixed_clock
from tests.web import FakeServer

from triage.deliver import Attempt, Destination, FieldRule, Kind, Mode, Verdict, make_core
from triage.flow import Message

FIELDS = {"priority": FieldRule(Mode.AUTO), "team": FieldRule(Mode.AUTO, to="customfield_10010")}
CREATE = {"project": {"key": "OPS"}, "issuetype": {"name": "Incident"}, "labels": ["monitoring"]}
DESK = Destination("desk", Kind.JIRA, "http://jira", "token", "bot@desk.example", fields=FIELDS, create=CREATE)
KEY = message().incident_key
ONE = message(prediction("priority", "High"), prediction("team", "network"))


def answer(request: httpx.Request) -> httpx.Response:
    if request.url.path.endswith("/search/jql"):
        return httpx.Response(200, json={"issues": [{"key": "OPS-4"}]})
    if request.method == "GET" and request.url.path.endswith("/comment"):
        return httpx.Response(200, json={"comments": []})
    if request.method == "GET":
        return httpx.Response(404 if "GONE" in request.url.path else 200, json={"key": "OPS-4"})
    return httpx.Response(201, json={"key": "OPS-4"})


def send(server: FakeServer, one: Message, destination: Destination = DESK) -> Attempt:
    return asyncio.run(make_core(destination, fixed_clock, server.transport).deliver(one))


def test_issue_is_created_with_our_key_as_a_label() -> None:
    server = FakeServer(answer)
    assert send(server, ONE) == Attempt(Verdict.DELIVERED, ref="OPS-4")
    assert server.calls == ["POST /rest/api/3/issue"]
    fields = server.bodies[0]["fields"]
    assert fields["labels"] == [f"triage-{KEY}", "monitoring"]
    assert (fields["project"], fields["summary"]) == ({"key": "OPS"}, "VPN down")
    assert (fields["priority"], fields["customfield_10010"]) == ({"name": "High"}, "network")
    assert fields["description"]["type"] == "doc"


def test_it_is_looked_for_by_that_before_a_second_attempt_and_updated() -> None:
    server = FakeServer(answer)
    send(server, replace(ONE, was_tried=True))
    assert server.calls == ["GET /rest/api/3/search/jql", "PUT /rest/api/3/issue/OPS-4"]
    assert f'labels = "triage-{KEY}"' in server.requests[0].url.params["jql"]


def test_suggestion_is_a_comment_in_the_document_format() -> None:
    server = FakeServer(answer)
    send(server, message(ref="OPS-4", revision=2, was_tried=True), replace(DESK, fields={}))
    assert server.calls[-2:] == ["GET /rest/api/3/issue/OPS-4/comment", "POST /rest/api/3/issue/OPS-4/comment"]
    paragraphs = server.bodies[-1]["body"]["content"]
    assert paragraphs[1]["content"][0]["text"] == "team: network (97%)"


def test_issue_of_the_core_is_found_by_its_key() -> None:
    server = FakeServer(answer)
    assert send(server, ONE, replace(DESK, updates_own=True)).ref == "OPS-4"
    gone = replace(ONE, content=replace(ONE.content, triage=replace(ONE.content.triage, incident_id="GONE/../1")))
    assert send(server, gone, replace(DESK, updates_own=True)).verdict is Verdict.RETRY
    assert server.requests[-1].url.raw_path.startswith(b"/rest/api/3/issue/GONE%2F%2E%2E%2F1?")
