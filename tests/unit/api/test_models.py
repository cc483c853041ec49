"""The routes of models."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from starlette.testclient import TestClient
from tests.fakes import DESK, NOON, FakeLabeller, MemoryEvidence, MemoryJournal, fixed_clock

from triage.api import Service, create_app
from triage.flow import LiveFlow, Oversight, Withdrawal
from triage.monitor import Place


def test_models_in_force_are_listed(client: TestClient) -> None:
    [model] = client.get("/v1/models").json()["items"]
    assert model == {
        "name": "desk",
        "version": "1",
        "targets": ["assignment_group"],
        "loaded_at": "2026-11-23T09:00:00Z",
        "refused": "",
        "withdrawn": [],
    }
    assert client.get("/v1/models/desk").json() == model


def test_unknown_model_is_404_and_the_known_are_named(client: TestClient) -> None:
    response = client.get("/v1/models/nobody")
    assert response.status_code == 404
    assert "Served are: desk." in response.json()["detail"]


def test_model_says_what_is_withdrawn_of_it_and_metrics_count_it(service: Service) -> None:
    book = MemoryEvidence(withdrawals={Place(DESK, "assignment_group", "network"): "of 40 labels 9 are wrong"})
    oversight = Oversight(book, lambda: {(DESK, "assignment_group"): 0.95}, fixed_clock)
    asyncio.run(oversight.refresh())
    flow = LiveFlow(FakeLabeller, MemoryJournal(), fixed_clock, oversight=oversight)
    with TestClient(create_app(replace(service, flow=flow))) as client:
        assert client.get("/v1/models/desk").json()["withdrawn"] == [
            {
                "target": "assignment_group",
                "label": "network",
                "since": "2026-11-23T10:00:05Z",
                "reason": "of 40 labels 9 are wrong",
            }
        ]
        answer = client.post("/v1/incidents", json={"id": "1"}).json()
        assert answer["predictions"]["assignment_group"]["held"] == "withdrawn"
        said = client.get("/metrics").text
        assert "triage_labels_withdrawn 1.0" in said
        assert 'triage_held_decisions_total{held="withdrawn",target="assignment_group"} 1.0' in said
    assert oversight.withdrawn == (
        Withdrawal(Place(DESK, "assignment_group", "network"), NOON, "of 40 labels 9 are wrong"),
    )
