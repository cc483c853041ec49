"""The routes of incidents over a journal in memory."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient
from structlog.testing import capture_logs
from tests.fakes import NOON, MemoryJournal

from triage.api.examples import ANSWER
from triage.domain import Change

URL = "/v1/incidents"
INCIDENT = {"id": "1", "source": "desk", "title": "VPN"}


def test_new_incident_is_created_and_answered(client: TestClient) -> None:
    response = client.post(URL, json=INCIDENT)
    assert response.status_code == 201
    assert response.json() == {**ANSWER, "id": "1", "source": "desk"}


def test_repeat_and_update_are_200(client: TestClient) -> None:
    responses = [client.post(URL, json=body) for body in (INCIDENT, INCIDENT, {**INCIDENT, "title": "Mail"})]
    assert [(one.status_code, one.json()["status"], one.json()["revision"]) for one in responses] == [
        (201, "created", 1),
        (200, "repeated", 1),
        (200, "updated", 2),
    ]


def test_order_of_keys_and_white_space_make_no_other_body(client: TestClient) -> None:
    client.post(URL, json=INCIDENT)
    other = '{\n "title": "VPN", "source": "desk", "id": "1"}'
    assert client.post(URL, content=other, headers={"content-type": "application/json"}).json()["status"] == "repeated"


def test_dry_run_answers_and_keeps_nothing(client: TestClient, journal: MemoryJournal) -> None:
    response = client.post(URL, json=INCIDENT, params={"dry_run": "true"})
    assert (response.status_code, response.json()["status"], response.json()["revision"]) == (200, "preview", 0)
    assert response.json()["predictions"]
    assert client.post(URL, json=[INCIDENT], params={"dry_run": True}).json()["items"][0]["status"] == 200
    assert not journal.stored


def test_incident_without_an_id_gets_one(client: TestClient) -> None:
    assert client.post(URL, json={"title": "VPN"}).json()["id"] == "made-up"
    assert client.get(f"{URL}/made-up").json()["source"] == "http"


def test_get_gives_to_the_byte_what_post_answered(client: TestClient) -> None:
    posted = client.post(URL, json=INCIDENT)
    assert client.get(f"{URL}/1").content == posted.content
    updated = client.post(URL, json={**INCIDENT, "title": "Mail"})
    assert client.get(f"{URL}/1", params={"source": "desk"}).content == updated.content


@pytest.mark.parametrize("incident_id", ["a/b", "a b", "ü", "a?b#c", "🔥"])
def test_any_id_can_be_asked_for(client: TestClient, incident_id: str) -> None:
    client.post(URL, json={"id": incident_id})
    assert client.get(f"{URL}/{quote(incident_id, safe='')}").json()["id"] == incident_id


def test_list_is_answered_item_by_item_in_its_order(client: TestClient, journal: MemoryJournal) -> None:
    response = client.post(URL, json=[INCIDENT, {"id": None}, INCIDENT, {"id": "2"}])
    items = response.json()["items"]
    assert response.status_code == 207
    assert [item["status"] for item in items] == [201, 422, 200, 201]
    assert [item["answer"]["status"] for item in items if "answer" in item] == ["created", "repeated", "created"]
    assert items[1]["problem"]["problems"][0]["where"] == "id"
    assert len(journal.stored) == 2


def test_list_of_nothing_usable_is_answered_item_by_item_too(client: TestClient, journal: MemoryJournal) -> None:
    response = client.post(URL, json=[{"id": None}, {"id": True}])
    assert [item["status"] for item in response.json()["items"]] == [422, 422]
    assert not journal.stored


@pytest.mark.parametrize("body", ['"x"', "3", "null", "true"])
def test_body_that_is_neither_object_nor_list_is_refused(client: TestClient, body: str) -> None:
    response = client.post(URL, content=body, headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert "object or a list" in response.json()["detail"]


def test_closed_store_pushes_senders_back(client: TestClient, journal: MemoryJournal) -> None:
    journal.is_open = False
    with capture_logs():
        response = client.post(URL, json=INCIDENT)
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) >= 1
    assert response.json()["type"] == "urn:triage:problem:store-unavailable"
    assert client.post(URL, json=INCIDENT, params={"dry_run": True}).status_code == 200


def test_unknown_incident_is_404(client: TestClient) -> None:
    assert client.get(f"{URL}/nobody").status_code == 404
    assert client.get(f"{URL}/").status_code == 404


def test_stored_incidents_are_paged(client: TestClient) -> None:
    client.post(URL, json=[{"id": str(number)} for number in range(3)])
    first = client.get(URL, params={"limit": 2}).json()
    second = client.get(URL, params={"limit": 2, "cursor": first["next"]}).json()
    assert [[item["id"] for item in page["items"]] for page in (first, second)] == [["2", "1"], ["0"]]
    assert second["next"] is None
    assert client.get(URL, params={"source": "nobody"}).json() == {"items": [], "next": None}


@pytest.mark.parametrize("params", [{"limit": 0}, {"limit": 201}, {"limit": "x"}])
def test_limits_of_a_page_are_held(client: TestClient, params: dict[str, str]) -> None:
    response = client.get(URL, params=params)
    assert response.status_code == 422
    assert response.json()["problems"][0]["where"] == "query.limit"


@pytest.fixture
def deployed(journal: MemoryJournal) -> MemoryJournal:
    """A deploy of the shop five minutes ago."""
    at = NOON - timedelta(minutes=5)
    journal.changes["ci", "7"] = Change("7", "ci", at, at, "Deploy of shop 1.2", {"service": "shop"})
    return journal


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize("dry_run", ["true", "false"])
def test_answer_names_the_changes_before_an_incident_of_their_service(client: TestClient, dry_run: str) -> None:
    alert = {**INCIDENT, "host": "web-1", "service": "shop"}
    posted = client.post(URL, json=alert, params={"dry_run": dry_run}).json()
    [suspect] = posted["suspects"]
    assert (suspect["id"], suspect["source"], suspect["entity"], suspect["steps"]) == ("7", "ci", "shop", 0)
    assert (suspect["before_s"], suspect["history"]) == (300.0, None)
    if dry_run == "false":
        assert client.get(f"{URL}/1").json() == posted
    items = client.post(URL, json=[{"title": "no id"}, INCIDENT, alert], params={"dry_run": "true"}).json()["items"]
    assert ["suspects" in item.get("answer", {}) for item in items] == [False, False, True]


def test_answer_on_what_is_stored_does_not_fail_for_want_of_suspects(
    client: TestClient, deployed: MemoryJournal
) -> None:
    deployed.is_open = False
    with capture_logs() as logs:
        response = client.post(URL, json={**INCIDENT, "service": "shop"}, params={"dry_run": "true"})
    assert (response.status_code, "suspects" in response.json()) == (200, False)
    assert [entry["event"] for entry in logs if entry["event"] == "suspects_left_out"]
