"""Alertmanager's route."""

from __future__ import annotations

import copy

import pytest
from starlette.testclient import TestClient
from structlog.testing import capture_logs
from tests.fakes import MemoryJournal

from triage.api.intake_examples import ALERTMANAGER

URL = "/v1/alertmanager"


def test_alerts_sent_again_are_repeated(client: TestClient) -> None:
    client.post(URL, json=ALERTMANAGER)
    again = client.post(URL, json=ALERTMANAGER).json()
    assert [item["status"] for item in again["items"]] == ["repeated", "repeated"]


def test_truncated_alerts_are_logged(client: TestClient) -> None:
    with capture_logs() as logs:
        client.post(URL, json=ALERTMANAGER)
    assert [(one["left_out"], one["received"]) for one in logs if one["event"] == "alerts_truncated"] == [(1, 2)]


def test_one_alert_that_cannot_be_used_refuses_the_group(client: TestClient, journal: MemoryJournal) -> None:
    group = copy.deepcopy(ALERTMANAGER)
    group["alerts"].append({})  # type: ignore[attr-defined]  # it is a list
    response = client.post(URL, json=group)
    assert response.status_code == 422
    assert {problem["where"] for problem in response.json()["problems"]} == {"alerts.2.labels", "alerts.2.status"}
    assert not journal.stored


def test_a_closed_store_pushes_back_by_503_which_is_sent_again(client: TestClient, journal: MemoryJournal) -> None:
    journal.is_open = False
    with capture_logs():
        response = client.post(URL, json=ALERTMANAGER)
    assert (response.status_code, response.headers["retry-after"]) == (503, "2")


@pytest.mark.parametrize(("body", "status"), [(b"", 400), (b"{", 400), (b"[]", 422), (b" " * 10_001, 413)])
def test_what_cannot_be_read_is_a_problem(client: TestClient, body: bytes, status: int) -> None:
    response = client.post(URL, content=body, headers={"content-type": "application/json"})
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
