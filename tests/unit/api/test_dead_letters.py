"""The routes of messages that were given up, over an outbox in memory."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient
from tests.delivery import MemoryOutbox, message
from tests.fakes import NOON

from triage.api import Service
from triage.flow import DeadLetter, Edit

URL = "/v1/dead-letters"


@pytest.fixture
def outbox(service: Service) -> MemoryOutbox:
    """One dead letter, number 1."""
    found = service.outbox
    assert isinstance(found, MemoryOutbox)
    found.dead[1] = DeadLetter(message(), "422", NOON)
    return found


def test_dead_letter_says_what_and_why(client: TestClient, outbox: MemoryOutbox) -> None:
    [item] = client.get(URL).json()["items"]
    assert item == client.get(f"{URL}/1").json()
    assert (item["number"], item["id"], item["reason"], item["edited"]) == (1, "INC7", "422", False)
    assert client.get(URL, params={"destination": "pager"}).json()["items"] == []


def test_edit_replaces_labels_and_fields(client: TestClient, outbox: MemoryOutbox) -> None:
    edit = {"labels": {"title": "b"}, "fields": {"team": "network"}}
    answer = client.put(f"{URL}/1", json=edit)
    assert (answer.status_code, answer.json()["edited"]) == (200, True)
    assert outbox.dead[1].message.content.edit == Edit(edit["labels"], edit["fields"])
    assert client.put(f"{URL}/1", json={"labels": {}}).status_code == 422


def test_replay_is_accepted_once_and_refused_where_it_would_set_the_incident_back(
    client: TestClient, outbox: MemoryOutbox
) -> None:
    outbox.is_outdated = True
    assert client.post(f"{URL}/1/replay").status_code == 409
    outbox.is_outdated = False
    assert [client.post(f"{URL}/1/replay").status_code for _ in range(2)] == [202, 404]
    assert outbox.replayed == [1]


def test_discarded_dead_letter_is_gone(client: TestClient, outbox: MemoryOutbox) -> None:
    assert [client.delete(f"{URL}/1").status_code for _ in range(2)] == [204, 404]
    assert client.get(f"{URL}/1").status_code == 404


def test_number_that_is_none_is_refused(client: TestClient) -> None:
    assert client.get(f"{URL}/abc").status_code == 422
