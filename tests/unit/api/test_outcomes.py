"""The route of how incidents ended, over a journal in memory."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient
from tests.fakes import MemoryJournal

INCIDENT = {"id": "1", "source": "desk", "title": "VPN"}


@pytest.mark.parametrize(
    ("label", "by", "is_ours"),
    [("network", "", True), ("network", "triage", True), ("network", "ada", False), ("hardware", "", False)],
)
def test_label_that_we_filled_in_is_ours_until_somebody_is_named(
    client: TestClient, journal: MemoryJournal, label: str, by: str, is_ours: bool
) -> None:
    client.post("/v1/incidents", json=INCIDENT)
    said = {"id": "1", "labels": {"assignment_group": label}, **({"by": by} if by else {})}
    answer = client.post("/v1/outcomes", json=said)
    assert answer.status_code == 201
    assert answer.json()["labels"]["assignment_group"]["is_ours"] is is_ours
    assert [one.source for one in journal.outcomes] == ["desk"]


def test_outcome_of_an_unknown_incident_is_not_found(client: TestClient) -> None:
    assert client.post("/v1/outcomes", json={"id": "9", "labels": {"a": "b"}}).status_code == 404
