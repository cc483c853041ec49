"""The route of people's verdicts."""

from __future__ import annotations

from starlette.testclient import TestClient
from tests.fakes import NOON, MemoryJournal

from triage.domain import Feedback

URL = "/v1/feedback"
VERDICT = {"id": "1", "source": "desk", "target": "assignment_group", "label": "network", "by": "ada"}


def test_verdict_on_a_stored_incident_is_kept(client: TestClient, journal: MemoryJournal) -> None:
    client.post("/v1/incidents", json={"id": 1, "source": "desk"})
    response = client.post(URL, json=VERDICT)
    assert response.status_code == 201
    assert response.json() == {**VERDICT, "given_at": "2026-11-23T10:00:05Z"}
    assert journal.verdicts == [Feedback("1", "desk", "assignment_group", "network", "ada", NOON)]


def test_verdict_on_an_unknown_incident_is_404(client: TestClient, journal: MemoryJournal) -> None:
    response = client.post(URL, json=VERDICT)
    assert response.status_code == 404
    assert not journal.verdicts


def test_verdict_that_cannot_be_read_is_422(client: TestClient) -> None:
    response = client.post(URL, json={"id": "1", "verdict": "network"})
    assert response.status_code == 422
    assert [problem["where"] for problem in response.json()["problems"]] == ["verdict", "target", "label"]


def test_verdict_on_a_target_that_was_not_answered_names_those_that_were(
    client: TestClient, journal: MemoryJournal
) -> None:
    client.post("/v1/incidents", json={"id": 1, "source": "desk"})
    response = client.post(URL, json={**VERDICT, "target": "taem"})
    assert response.status_code == 422
    assert response.json()["problems"] == [
        {"where": "target", "message": "must be one of assignment_group", "rows": [], "got": "taem"}
    ]
    assert not journal.verdicts
