"""PagerDuty's Events API v2."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

import httpx
import pytest
from tests.delivery import message
from tests.fakes import NOON, fixed_clock
from tests.web import FakeServer

from triage.deliver import Attempt, Destination, FieldRule, Kind, Mode, Verdict, make_core
from triage.domain import Group, GroupMember, IncidentState
from triage.flow import MemberMode

PAGER = Destination("pager", Kind.PAGERDUTY, "http://pd", "R" * 32, fields={"team": FieldRule(Mode.AUTO)})


def send(server: FakeServer, **labels: str) -> Attempt:
    one = message(labels=labels)
    return asyncio.run(make_core(PAGER, fixed_clock, server.transport).deliver(one))


def test_incident_is_triggered_under_our_key() -> None:
    server = FakeServer(lambda _: httpx.Response(202, json={"status": "success"}))
    attempt = send(server, title="VPN down", severity="warning", host="gw-1")
    [event] = server.bodies
    assert server.calls == ["POST /v2/enqueue"]
    assert attempt == Attempt(Verdict.DELIVERED, ref=message().incident_key)
    assert (event["routing_key"], event["event_action"], event["dedup_key"]) == ("R" * 32, "trigger", attempt.ref)
    payload = event["payload"]
    assert (payload["summary"], payload["source"], payload["severity"]) == ("VPN down", "gw-1", "warning")
    assert payload["timestamp"] == "2026-11-23T10:00:05+00:00"
    assert payload["custom_details"]["team"] == "network"


@pytest.mark.parametrize("status", ["resolved", "Closed", "7"])
def test_incident_that_is_over_is_resolved_by_the_same_key(status: str) -> None:
    server = FakeServer()
    send(server, title="VPN", state=status)
    assert server.bodies == [
        {"routing_key": "R" * 32, "event_action": "resolve", "dedup_key": message().incident_key},
    ]


def test_summary_keeps_to_the_bound_of_the_api() -> None:
    server = FakeServer()
    send(server, title="x" * 5000)
    assert len(server.bodies[0]["payload"]["summary"]) == 1024


def test_refused_event_is_not_tried_again() -> None:
    assert send(FakeServer(lambda _: httpx.Response(400, json={"status": "invalid event"}))).verdict is Verdict.REFUSED


def test_state_of_the_incident_counts_whatever_its_labels_are_called() -> None:
    one = message()
    over = replace(one, content=replace(one.content, state=IncidentState.RESOLVED))
    server = FakeServer()
    asyncio.run(make_core(PAGER, fixed_clock, server.transport).deliver(over))
    assert server.bodies[0]["event_action"] == "resolve"


@pytest.mark.parametrize(
    ("members", "ended_at", "action", "severity"),
    [
        (MemberMode.COMMENT, None, "trigger", "critical"),
        (MemberMode.COMMENT, NOON, "resolve", None),
        (MemberMode.SEPARATE, None, "resolve", None),
    ],
)
def test_group_is_one_alert_that_is_over_with_its_last_member(
    members: MemberMode, ended_at: datetime | None, action: str, severity: str | None
) -> None:
    member = GroupMember("desk", "INC7", 1.0, (), "warning", NOON, NOON)
    group = Group("g", "critical", 2, 1, NOON, ended_at, (member,))
    content = replace(message().content, state=IncidentState.RESOLVED, group=group)
    server = FakeServer(lambda _: httpx.Response(202, json={"status": "success"}))
    core = make_core(replace(PAGER, members=members), fixed_clock, server.transport)
    asyncio.run(core.deliver(replace(message(), content=content)))
    [event] = server.bodies
    assert (event["event_action"], event.get("payload", {}).get("severity")) == (action, severity)
