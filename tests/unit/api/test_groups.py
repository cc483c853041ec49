"""The routes of groups over a real store."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.alerting import alert_entry, alert_incident
from tests.delivery import MemoryOutbox, memory_keys
from tests.fakes import FakeCatalogue, FakeLabeller, fixed_clock, started_metrics
from tests.stored import database_url

from triage.api import Service, create_app
from triage.api.schemas import GroupAnswer
from triage.decide.grouping import Condition, GroupingRules, PauseRules
from triage.domain import Incident, IncidentState
from triage.flow import LiveFlow
from triage.store import SqlJournal


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with SqlJournal.open(database_url(tmp_path / "triage.db"), grouping=GroupingRules()) as journal:
        flow = LiveFlow(FakeLabeller, journal, fixed_clock)
        service = Service(flow, started_metrics(flow), FakeCatalogue(), MemoryOutbox(), memory_keys())
        with TestClient(create_app(service)) as opened:
            yield opened


def post(client: TestClient, *hosts: str) -> list[str]:
    alerts = [{"id": host, "title": f"latency of {host}", "host": host, "service": host[:4]} for host in hosts]
    answers = client.post("/v1/incidents", json=alerts).json()["items"]
    return [item["answer"]["group"]["id"] for item in answers]


def group_of_last(tmp_path: Path, rules: GroupingRules, *incidents: Incident) -> dict[str, Any]:
    with SqlJournal.open(database_url(tmp_path / "triage.db"), grouping=rules) as journal:
        for incident in incidents:
            [answer] = asyncio.run(journal.record([alert_entry(incident)]))
        flow = LiveFlow(FakeLabeller, journal, fixed_clock)
        service = Service(flow, started_metrics(flow), FakeCatalogue(), MemoryOutbox(), memory_keys())
        with TestClient(create_app(service)) as client:
            assert answer.group is not None
            group: dict[str, Any] = client.get(f"/v1/groups/{answer.group.id}").json()
    assert GroupAnswer.model_validate(group).model_dump(mode="json", exclude_none=True) == group
    return group


def test_member_says_what_it_waits_for(tmp_path: Path) -> None:
    rules = GroupingRules(pauses=PauseRules(acts=True, least=1, most_miss_risk=0.99))
    plan = ((0, IncidentState.OPEN), (2, IncidentState.RESOLVED), (500, IncidentState.OPEN))
    incidents = [alert_incident("slow", "web", minutes, state, minutes // 100) for minutes, state in plan]
    [member] = group_of_last(tmp_path, rules, *incidents)["members"]
    assert member["pause"] == {
        "state": "paused",
        "until": "2026-11-23T18:22:05Z",
        "reason": "1 of 1 earlier alerts of this fingerprint were over within 10 min, 90% of such ones within 2 min; "
        "at most 95% go on for longer (95% confidence).",
        "miss_risk": 0.95,
        "evidence": {"level": "fingerprint", "alerts": 1, "outlasted": 0},
    }


def test_held_member_says_how_many_it_waits_for(tmp_path: Path) -> None:
    rules = GroupingRules(conditions=(Condition((("host", "web"),), needed=3, within_s=600.0),))
    [member] = group_of_last(tmp_path, rules, alert_incident("slow", "web"))["members"]
    assert member["pause"] == {
        "state": "held",
        "until": "2026-11-23T10:10:05Z",
        "reason": "1 of 3 alerts with host=web within 10 min.",
        "evidence": {"level": "condition", "alerts": 1, "needed": 3},
    }


def test_groups_are_listed_page_by_page_the_last_first(client: TestClient) -> None:
    ids = list(dict.fromkeys(post(client, "shop-1", "shop-2") + post(client, "mail-1")))
    first = client.get("/v1/groups", params={"limit": 1, "state": "open"}).json()
    assert client.get("/v1/groups", params={"state": "resolved"}).json()["items"] == []
    seen = [item["id"] for item in first["items"]]
    while first["next"]:
        first = client.get("/v1/groups", params={"limit": 1, "cursor": first["next"]}).json()
        seen += [item["id"] for item in first["items"]]
    assert seen == ids[::-1]


def test_group_names_all_its_members_and_why(client: TestClient) -> None:
    [group_id] = set(post(client, *(f"shop-{at}" for at in range(30))))
    group = client.get(f"/v1/groups/{group_id}").json()
    assert (group["size"], len(group["members"])) == (30, 30)
    assert all(member["reasons"] for member in group["members"][1:])
    assert client.get("/v1/groups/none").status_code == 404
