"""CloudEvents 1.0 by the examples of its JSON format and its HTTP binding."""

from __future__ import annotations

from typing import Any

import pytest
from tests.fakes import NOON

from triage.errors import DataError, MalformedBody
from triage.intake import to_batched_events, to_binary_event, to_structured_event

# The examples of the JSON event format: string data, binary data, JSON data.
PUBLISHED: dict[str, Any] = {
    "specversion": "1.0",
    "type": "com.example.someevent",
    "source": "/mycontext",
    "subject": None,
    "id": "C234-1234-1234",
    "time": "2018-04-05T17:31:00Z",
    "comexampleextension1": "value",
    "comexampleothervalue": 5,
    "unsetextension": None,
    "datacontenttype": "application/json",
    "data": {"appinfoA": "abc", "appinfoB": 123, "appinfoC": True},
}
TEXT = {**PUBLISHED, "datacontenttype": "application/xml", "data": '<much wow="xml"/>'}
BINARY = {name: value for name, value in PUBLISHED.items() if name != "data"} | {"data_base64": "AAEC"}
HEADERS = {
    "ce-specversion": "1.0",
    "ce-type": "com.example.someevent",
    "ce-time": "2018-04-05T03:56:24Z",
    "ce-id": "1234-1234-1234",
    "ce-source": "/mycontext/subcontext",
    "content-type": "application/json; charset=utf-8",
}


def test_source_and_id_name_the_incident_and_data_are_its_labels() -> None:
    incident = to_structured_event(PUBLISHED, NOON).incident
    assert (incident.source, incident.id) == ("/mycontext", "C234-1234-1234")
    assert incident.opened_at is not None
    assert incident.opened_at.isoformat() == "2018-04-05T17:31:00+00:00"
    assert dict(incident.labels) == {
        "appinfoA": "abc",
        "appinfoB": "123",
        "appinfoC": "true",
        "ce.specversion": "1",
        "ce.type": "com.example.someevent",
        "ce.source": "/mycontext",
        "ce.id": "C234-1234-1234",
        "ce.time": "2018-04-05T17:31:00Z",
        "ce.comexampleextension1": "value",
        "ce.comexampleothervalue": "5",
        "ce.datacontenttype": "application/json",
    }


def test_data_that_is_text_is_the_description_and_bytes_stay_in_the_body() -> None:
    assert to_structured_event(TEXT, NOON).incident.labels["description"] == '<much wow="xml"/>'
    binary = to_structured_event(BINARY, NOON)
    assert "description" not in binary.incident.labels
    assert b"AAEC" in binary.body


def test_a_binary_event_says_the_same_as_a_structured_one() -> None:
    structured = {
        "specversion": "1.0",
        "type": "com.example.someevent",
        "time": "2018-04-05T03:56:24Z",
        "id": "1234-1234-1234",
        "source": "/mycontext/subcontext",
        "datacontenttype": "application/json",
        "data": {"title": "VPN down"},
    }
    binary = to_binary_event(HEADERS, b'{"title": "VPN down"}', NOON)
    assert binary == to_structured_event(structured, NOON)


def test_headers_are_percent_decoded() -> None:
    got = to_binary_event({**HEADERS, "ce-subject": "Euro%20%E2%82%AC%20%F0%9F%98%80"}, b"{}", NOON)
    assert got.incident.labels["ce.subject"] == "Euro € 😀"


@pytest.mark.parametrize(
    ("media", "body", "description"),
    [("text/plain", b"VPN down", "VPN down"), ("application/octet-stream", b"\xff", None), ("text/plain", b"", None)],
)
def test_binary_data_is_read_by_its_content_type(media: str, body: bytes, description: str | None) -> None:
    got = to_binary_event({**HEADERS, "content-type": media}, body, NOON)
    assert got.incident.labels.get("description") == description


def test_binary_data_that_is_not_the_json_it_says_is_refused() -> None:
    with pytest.raises(MalformedBody):
        to_binary_event(HEADERS, b"{", NOON)


def test_a_batch_is_read_in_order_and_may_be_empty() -> None:
    assert [one.incident.id for one in to_batched_events([PUBLISHED, {**PUBLISHED, "id": "2"}], NOON)] == [
        "C234-1234-1234",
        "2",
    ]
    assert to_batched_events([], NOON) == []


@pytest.mark.parametrize(("said", "state"), [("resolved", "resolved"), ("Open", "open"), ("odd", "open"), (3, "open")])
def test_a_state_in_the_data_is_read(said: object, state: str) -> None:
    assert to_structured_event({**PUBLISHED, "data": {"state": said}}, NOON).incident.state.value == state


@pytest.mark.parametrize("name", ["specversion", "id", "source", "type"])
@pytest.mark.parametrize("value", [None, "", " ", [], {}, "x\ny"])
def test_required_attributes_are_named(name: str, value: object) -> None:
    with pytest.raises(DataError) as caught:
        to_batched_events([PUBLISHED, {**PUBLISHED, name: value}], NOON)
    assert [problem.where for problem in caught.value.problems] == [f"1.{name}"]


@pytest.mark.parametrize("event", [{**PUBLISHED, "specversion": "0.3"}, {**PUBLISHED, "time": "today"}, "x", None, []])
def test_other_versions_times_and_shapes_are_refused(event: object) -> None:
    with pytest.raises(DataError):
        to_structured_event(event, NOON)


@pytest.mark.parametrize("batch", [{}, "x", [PUBLISHED] * 1001])
def test_a_batch_must_be_a_list_of_at_most_1000(batch: object) -> None:
    with pytest.raises(DataError):
        to_batched_events(batch, NOON)
