"""PagerDuty's routes, as its clients use them."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient
from structlog.testing import capture_logs
from tests.fakes import MemoryJournal

URL = "/v2/enqueue"
KEY = "0123456789abcdef0123456789abcdef"


def event(action: str = "trigger", dedup_key: str | None = "db-1/disk", **more: object) -> dict[str, Any]:
    payload = {"summary": "Disk full", "source": "db-1", "severity": "critical"}
    return {"routing_key": KEY, "event_action": action, "dedup_key": dedup_key, "payload": payload, **more}


def incidents(client: TestClient) -> list[tuple[str, str]]:
    items = client.get("/v1/incidents").json()["items"]
    return [(item["id"], item["state"]) for item in items][::-1]


def test_a_trigger_is_answered_as_pagerduty_does(client: TestClient) -> None:
    response = client.post(URL, json=event())
    assert response.status_code == 202
    assert response.json() == {"status": "success", "message": "Event processed", "dedup_key": "db-1/disk"}


def test_the_life_of_a_key(client: TestClient) -> None:
    assert client.post(URL, json=event("resolve")).status_code == 202
    assert incidents(client) == []
    for action in ("trigger", "acknowledge", "trigger", "resolve", "resolve", "acknowledge", "trigger"):
        assert client.post(URL, json=event(action)).status_code == 202
    assert incidents(client) == [("db-1/disk/1", "resolved"), ("db-1/disk/2", "open")]


def test_an_event_without_a_key_gets_one_that_it_keeps(client: TestClient) -> None:
    keys = {client.post(URL, json=event(dedup_key=None)).json()["dedup_key"] for _ in range(2)}
    assert len(keys) == 1
    assert len(incidents(client)) == 1


def test_the_content_type_is_not_looked_at(client: TestClient) -> None:
    body = client.build_request("POST", URL, json=event()).content
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post(URL, content=body, headers=headers).status_code == 202


def test_keys_of_the_query_are_not_looked_at(client: TestClient) -> None:
    assert client.post(f"{URL}?source=curl", json=event()).status_code == 202


def test_a_refused_event_says_why_in_both_tongues(client: TestClient, journal: MemoryJournal) -> None:
    response = client.post(URL, json=event("open"))
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert body["message"] == body["detail"] == "Event object is invalid."
    assert body["errors"] == ["event_action: must be one of trigger, acknowledge, resolve. Got 'open'."]
    assert body["problems"][0]["where"] == "event_action"
    assert not journal.stored


def test_what_is_no_json_is_refused(client: TestClient) -> None:
    assert client.post(URL, content=b"{").json()["errors"]
    assert client.post(URL, content=b"{").status_code == 400


def test_an_event_has_at_most_512_kilobytes(client: TestClient) -> None:
    assert client.post(URL, content=b" " * 524_289).status_code == 413


def test_a_closed_store_pushes_senders_back(client: TestClient, journal: MemoryJournal) -> None:
    journal.is_open = False
    with capture_logs():
        for url in (URL, "/v2/change/enqueue"):
            response = client.post(url, json=event())
            assert (response.status_code, response.headers["retry-after"]) == (503, "2")


@pytest.mark.parametrize("payload", [{}, {"summary": " "}, None])
def test_a_change_needs_a_summary(client: TestClient, payload: object) -> None:
    response = client.post("/v2/change/enqueue", json={"routing_key": KEY, "payload": payload})
    assert response.status_code == 400


def test_a_change_is_listed_and_is_no_incident(client: TestClient) -> None:
    change = {"routing_key": KEY, "payload": {"summary": "Deploy 1.4"}}
    for _ in range(2):
        assert client.post("/v2/change/enqueue", json=change).status_code == 202
    page = client.get("/v1/changes").json()
    assert [item["summary"] for item in page["items"]] == ["Deploy 1.4"]
    assert incidents(client) == []
