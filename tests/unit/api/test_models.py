"""The routes of models."""

from __future__ import annotations

from starlette.testclient import TestClient


def test_models_in_force_are_listed(client: TestClient) -> None:
    [model] = client.get("/v1/models").json()["items"]
    assert model == {
        "name": "desk",
        "version": "1",
        "targets": ["assignment_group"],
        "loaded_at": "2026-11-23T09:00:00Z",
        "refused": "",
    }
    assert client.get("/v1/models/desk").json() == model


def test_unknown_model_is_404_and_the_known_are_named(client: TestClient) -> None:
    response = client.get("/v1/models/nobody")
    assert response.status_code == 404
    assert "Served are: desk." in response.json()["detail"]
