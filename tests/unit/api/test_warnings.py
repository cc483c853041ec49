"""The routes of early warnings over journals in memory."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient
from tests.fakes import warning_on

URL = "/v1/warnings"


def columns(entity: str, *values: float) -> dict[str, list[object]]:
    n = len(values)
    return {
        "entity": [entity] * n,
        "metric": ["cpu"] * n,
        "timestamp": [60 * at for at in range(n)],
        "value": [*values],
    }


@pytest.fixture
def warned(client: TestClient) -> TestClient:
    """Three warnings, the middle one closed."""
    for entity, values in (("a", (0.95,)), ("b", (0.95, 0.1)), ("c", (0.95,))):
        client.post("/v1/metrics", json=columns(entity, *values))
    return client


def entities(client: TestClient, **params: str) -> list[str]:
    return [item["entity"] for item in client.get(URL, params=params).json()["items"]]


def test_warnings_are_listed_last_first(warned: TestClient) -> None:
    assert entities(warned) == ["c", "b", "a"]
    assert entities(warned, state="open") == ["c", "a"]
    assert entities(warned, state="closed") == ["b"]
    assert entities(warned, state="all", entity="a") == ["a"]


def test_warnings_are_paged(warned: TestClient) -> None:
    first = warned.get(URL, params={"limit": "2"}).json()
    second = warned.get(URL, params={"limit": "2", "cursor": first["next"]}).json()
    assert [[item["entity"] for item in page["items"]] for page in (first, second)] == [["c", "b"], ["a"]]
    assert second["next"] is None


def test_one_warning_comes_with_its_triage(warned: TestClient) -> None:
    warning_id = warning_on("b", 0).id
    body = warned.get(f"{URL}/{warning_id}").json()
    assert (body["entity"], body["opened_at"], body["closed_at"]) == (
        "b",
        "1970-01-01T00:00:00Z",
        "1970-01-01T00:01:00Z",
    )
    assert body["causes"] == [{"metric": "cpu", "contribution": 1.0}]
    assert body["incident"] == {"id": warning_id, "source": "triage.watch"}
    assert body["triage"]["predictions"]["assignment_group"]["label"] == "network"


def test_an_unknown_warning_is_404(client: TestClient) -> None:
    assert client.get(f"{URL}/nobody").status_code == 404


@pytest.mark.parametrize("params", [{"state": "x"}, {"limit": "0"}, {"limit": "201"}])
def test_parameters_are_checked(client: TestClient, params: dict[str, str]) -> None:
    response = client.get(URL, params=params)
    assert response.status_code == 422
    assert response.json()["problems"][0]["where"] == f"query.{next(iter(params))}"
