"""Alertmanager as a destination."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from tests.delivery import message
from tests.fakes import NOON, fixed_clock
from tests.web import FakeServer

from triage.deliver import Destination, FieldRule, Kind, Mode, Verdict, make_core
from triage.flow import Message

ALERTS = Destination("alerts", Kind.ALERTMANAGER, "http://am", fields={"the team": FieldRule(Mode.AUTO)})


def send(server: FakeServer, one: Message) -> None:
    attempt = asyncio.run(make_core(ALERTS, fixed_clock, server.transport).deliver(one))
    assert attempt.verdict is Verdict.DELIVERED


def test_incident_fires_until_it_is_over_under_labels_that_never_change() -> None:
    server = FakeServer()
    send(server, message(labels={"title": "VPN down", "severity": "critical"}))
    send(server, message(labels={"title": "VPN is back", "status": "resolved"}, revision=2))
    assert server.calls == ["POST /api/v2/alerts"] * 2
    [fires], [ends] = server.bodies
    assert (
        fires["labels"]
        == ends["labels"]
        == {
            "alertname": "TriageIncident",
            "incident_id": "INC7",
            "incident_source": "mail",
        }
    )
    assert fires["annotations"]["severity"] == "critical"
    assert fires["annotations"]["suggestions"] == "team: network (97%)"
    assert datetime.fromisoformat(fires["endsAt"]) == NOON + timedelta(hours=24)
    assert datetime.fromisoformat(ends["endsAt"]) == NOON
