"""The route of metric points over journals in memory."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest
from starlette.testclient import TestClient
from structlog.testing import capture_logs
from tests.fakes import MemoryJournal, MemoryMetricJournal, started_metrics, warning_on

from triage.api import Service, create_app

URL = "/v1/metrics"
COLUMNS = {"entity": ["a", "b"], "metric": ["cpu", "cpu"], "timestamp": [60, 60], "value": [0.95, None]}


def test_a_batch_is_answered_with_what_became_of_it(client: TestClient) -> None:
    response = client.post(URL, json=COLUMNS)
    assert response.status_code == 200
    assert response.json() == {"accepted": 1, "ignored": 1, "warnings": [warning_on("a", 60).id]}


def test_a_warning_is_found_as_an_incident(client: TestClient) -> None:
    [warning_id] = client.post(URL, json=COLUMNS).json()["warnings"]
    answer = client.get(f"/v1/incidents/{warning_id}").json()
    assert (answer["source"], answer["status"]) == ("triage.watch", "created")
    assert answer["predictions"]


def test_metrics_have_a_bound_of_their_own(client: TestClient) -> None:
    padding = b" " * 15_000
    headers = {"content-type": "application/json"}
    assert client.post(URL, content=padding + orjson.dumps(COLUMNS), headers=headers).status_code == 200
    assert client.post(URL, content=padding + padding, headers=headers).status_code == 413


@pytest.mark.parametrize("body", [[], "x", {}, {**COLUMNS, "value": [1]}, {**COLUMNS, "timestamp": [1, "x"]}])
def test_malformed_columns_are_422(client: TestClient, body: object) -> None:
    response = client.post(URL, json=body)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"


def test_a_closed_store_pushes_senders_back(service: Service) -> None:
    journal = MemoryMetricJournal()
    metrics = started_metrics(service.flow, journal)
    journal.is_open = False
    with capture_logs():
        response = TestClient(create_app(replace(service, metrics=metrics))).post(URL, json=COLUMNS)
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) >= 1


def test_warnings_are_answered_without_suspects_while_changes_cannot_be_read(
    client: TestClient, journal: MemoryJournal
) -> None:
    journal.is_open = False
    response = client.post(URL, json={"entity": ["a"], "metric": ["cpu"], "timestamp": [60], "value": [0.95]})
    assert response.status_code == 200
    assert len(response.json()["warnings"]) == 1
    assert "suspects" not in response.json()
