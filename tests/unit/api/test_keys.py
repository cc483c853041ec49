"""The header Idempotency-Key."""

from __future__ import annotations

from starlette.testclient import TestClient
from tests.fakes import MemoryJournal

KEY = {"Idempotency-Key": "7f3a"}
NAMELESS = {"title": "VPN down"}


def test_incident_without_an_id_that_is_sent_again_with_its_key_is_not_doubled(
    client: TestClient, journal: MemoryJournal
) -> None:
    first, again = (client.post("/v1/incidents", json=NAMELESS, headers=KEY) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert len(journal.stored) == 1


def test_other_body_under_the_key_is_unprocessable(client: TestClient, journal: MemoryJournal) -> None:
    client.post("/v1/incidents", json=NAMELESS, headers=KEY)
    assert client.post("/v1/incidents", json={"title": "else"}, headers=KEY).status_code == 422
    assert len(journal.stored) == 1


def test_ids_of_a_list_are_given_by_key_and_place(client: TestClient) -> None:
    items = client.post("/v1/incidents", json=[NAMELESS, NAMELESS], headers=KEY).json()["items"]
    assert len({item["answer"]["id"] for item in items}) == 2


def test_dry_run_uses_up_no_key(client: TestClient) -> None:
    client.post("/v1/incidents?dry_run=true", json={"title": "else"}, headers=KEY)
    assert client.post("/v1/incidents", json=NAMELESS, headers=KEY).status_code == 201


def test_verdict_is_kept_once(client: TestClient, journal: MemoryJournal) -> None:
    client.post("/v1/incidents", json={"id": "1", **NAMELESS})
    verdict = {"id": "1", "target": "assignment_group", "label": "network"}
    answers = [client.post("/v1/feedback", json=verdict, headers=KEY) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert len(journal.verdicts) == 1
