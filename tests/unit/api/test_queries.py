"""Keys of a query that a route does not know."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient
from tests.fakes import MemoryJournal


@pytest.mark.parametrize("query", ["dryrun=true", "dry_run=true&dry_run=true", "dry_run=true&Dry_run=true"])
def test_query_that_would_be_passed_over_is_refused_and_nothing_is_kept(
    client: TestClient, journal: MemoryJournal, query: str
) -> None:
    response = client.post(f"/v1/incidents?{query}", json={"id": 1})
    assert response.status_code == 400
    assert response.json()["type"] == "urn:triage:problem:usage-error"
    assert not journal.stored


def test_refusal_names_what_is_known(client: TestClient) -> None:
    [problem] = client.get("/v1/incidents?page=2&limit=1").json()["problems"]
    assert problem["where"] == "query.page"
    assert problem["message"] == "is not known; known here: limit, cursor, source"


def test_probes_may_send_keys_of_their_own(client: TestClient) -> None:
    assert client.get("/healthz?probe=1").status_code == 200
