"""Jira's route."""

from __future__ import annotations

from dataclasses import replace

from starlette.testclient import TestClient
from tests.fakes import MemoryJournal

from triage.api import IntakeRules, Service, create_app
from triage.api.intake_examples import JIRA


def test_jira_may_add_keys_to_the_query(client: TestClient) -> None:
    assert client.post("/v1/jira?user_id=5&user_key=ada", json=JIRA).status_code == 200


def test_other_events_are_ignored(client: TestClient, journal: MemoryJournal) -> None:
    answered = client.post("/v1/jira", json={"webhookEvent": "comment_created"}).json()
    assert (answered["items"], answered["ignored"]) == ([], 1)
    assert not journal.stored


def test_custom_fields_are_named_by_the_settings(service: Service, journal: MemoryJournal) -> None:
    client = TestClient(create_app(replace(service, intake=IntakeRules(jira_labels={"impact": "priority"}))))
    client.post("/v1/jira", json=JIRA)
    [[(entry, _)]] = journal.stored.values()
    assert entry.received.incident.labels["impact"] == "High"
