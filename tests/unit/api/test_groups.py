"""The routes of groups over a real store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.delivery import MemoryOutbox, memory_keys
from tests.fakes import FakeCatalogue, FakeLabeller, fixed_clock, started_metrics
from tests.stored import database_url

from triage.api import Service, create_app
from triage.decide.grouping import GroupingRules
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
