"""The routes of ServiceNow's formats."""

from __future__ import annotations

from starlette.testclient import TestClient

from triage.api.intake_examples import EM_EVENTS, RECORDS

EM = "/api/global/em/jsonv2"


def test_clear_resolves_and_the_next_event_opens_anew(client: TestClient) -> None:
    [event] = EM_EVENTS["records"]
    for severity, state, number in (("1", "open", 1), ("0", "resolved", 1), ("2", "open", 2)):
        [item] = client.post(EM, json={"records": [{**event, "severity": severity}]}).json()["items"]
        assert (item["state"], item["id"].rpartition("/")[2]) == (state, str(number))


def test_a_clear_of_nothing_is_ignored(client: TestClient) -> None:
    [event] = EM_EVENTS["records"]
    answered = client.post(EM, json={"records": [{**event, "severity": "0"}]}).json()
    assert (answered["items"], answered["ignored"]) == ([], 1)


def test_keys_of_the_query_are_not_looked_at(client: TestClient) -> None:
    assert client.post(f"{EM}?source=genericJson", json=EM_EVENTS).status_code == 200


def test_a_brace_too_many_is_passed_over(client: TestClient) -> None:
    body = client.build_request("POST", EM, json=EM_EVENTS).content + b"}"
    assert client.post(EM, content=body, headers={"content-type": "application/json"}).status_code == 200


def test_a_record_that_has_changed_is_an_update(client: TestClient) -> None:
    [record] = RECORDS["result"]
    url = "/v1/servicenow/incidents"
    first = client.post(url, json=record).json()["items"][0]
    closed = client.post(url, json={"result": {**record, "state": "7"}}).json()["items"][0]
    assert (first["status"], first["state"]) == ("created", "acknowledged")
    assert (closed["status"], closed["state"], closed["revision"]) == ("updated", "resolved", 2)
