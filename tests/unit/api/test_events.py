"""The routes of CloudEvents and of mapped JSON."""

from __future__ import annotations

from dataclasses import replace

import pytest
from starlette.testclient import TestClient
from tests.fakes import MemoryJournal

from triage.api import IntakeRules, Service, create_app
from triage.api.intake_examples import CLOUD_EVENT
from triage.intake import field_map_of

URL = "/v1/events"
BINARY = {
    "ce-specversion": "1.0",
    "ce-id": "1",
    "ce-source": "/desk",
    "ce-type": "x",
    "content-type": "application/json",
}


@pytest.fixture
def mapped(service: Service) -> TestClient:
    tables = {"desk": {"id": "no"}, "ci": {"id": "build", "title": "what", "kind": "change"}}
    rules = IntakeRules(maps={name: field_map_of(name, table) for name, table in tables.items()})
    return TestClient(create_app(replace(service, intake=rules)))


@pytest.mark.parametrize(
    ("media", "body", "count"),
    [
        ("application/cloudevents+json; charset=utf-8", CLOUD_EVENT, 1),
        ("application/cloudevents-batch+json", [CLOUD_EVENT, {**CLOUD_EVENT, "id": "2"}], 2),
        ("application/cloudevents-batch+json", [], 0),
    ],
)
def test_structured_and_batched_events_are_told_by_the_content_type(
    client: TestClient, media: str, body: object, count: int
) -> None:
    content = client.build_request("POST", URL, json=body).content
    response = client.post(URL, content=content, headers={"content-type": media})
    assert response.status_code == 200
    assert len(response.json()["items"]) == count


def test_binary_events_are_told_by_their_headers(client: TestClient) -> None:
    response = client.post(URL, content=b'{"title": "VPN down"}', headers=BINARY)
    assert [(item["source"], item["id"]) for item in response.json()["items"]] == [("/desk", "1")]


@pytest.mark.parametrize("media", ["application/json", "text/plain", "application/cloudevents+avro", ""])
def test_what_is_no_cloud_event_is_415(client: TestClient, media: str, journal: MemoryJournal) -> None:
    assert client.post(URL, content=b"{}", headers={"content-type": media}).status_code == 415
    assert not journal.stored


def test_a_batch_is_kept_as_a_whole_or_not_at_all(client: TestClient, journal: MemoryJournal) -> None:
    content = client.build_request("POST", URL, json=[CLOUD_EVENT, {}]).content
    response = client.post(URL, content=content, headers={"content-type": "application/cloudevents-batch+json"})
    assert response.status_code == 422
    assert not journal.stored


def test_mapped_json_goes_by_its_map(mapped: TestClient) -> None:
    [item] = mapped.post(f"{URL}/desk", json={"no": 7}).json()["items"]
    assert (item["source"], item["id"]) == ("desk", "7")


def test_a_map_of_changes_keeps_changes(mapped: TestClient) -> None:
    told = [mapped.post(f"{URL}/ci", json={"build": 7, "what": "Deploy"}).json()["changes"] for _ in range(2)]
    assert told == [1, 0]
    assert mapped.get("/v1/changes").json()["items"][0]["summary"] == "Deploy"


def test_an_unknown_map_is_404(mapped: TestClient) -> None:
    response = mapped.post(f"{URL}/other", json={})
    assert response.status_code == 404
    assert "[intake.other]" in response.json()["detail"]
