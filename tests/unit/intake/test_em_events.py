"""ServiceNow's em_event by the sample of its documentation, extra brace included."""

from __future__ import annotations

from typing import Any

import pytest
from tests.fakes import NOON

from triage.errors import DataError, MalformedBody
from triage.flow import Signal, SignalKind
from triage.intake import read_lenient_json, to_em_signals

# As documented, with its brace too many at the end of the record.
PUBLISHED = b"""{ "records":
  [ { "source":"SCOM", "event_class":"SCOM 2007 on scom.server.com", "resource":"C:", "node":"name.of.node.com",
      "metric_name":"Percentage Logical Disk Free Space", "type":"Disk space", "severity":"4",
      "description":"The disk C: on computer V-W2K8-dfg.dfg.com is running out of disk space.",
      "additional_info": "{\\"scom-severity\\":\\"Medium\\",\\"metric-value\\":\\"38\\" }" }
    } ] }"""


def event(**changes: object) -> dict[str, Any]:
    record = {
        "source": "SCOM",
        "node": "db-1",
        "type": "Disk",
        "resource": "D:",
        "metric_name": "Free",
        "severity": "1",
    }
    return {**record, **changes}


def signal(**changes: object) -> Signal:
    [one] = to_em_signals({"records": [event(**changes)]}, NOON)
    return one


def test_the_documented_sample_is_read_in_spite_of_its_brace() -> None:
    [one] = to_em_signals(read_lenient_json(PUBLISHED), NOON)
    labels = one.received.incident.labels
    assert one.kind is SignalKind.TRIGGER
    assert labels["title"].startswith("The disk C:")
    assert (labels["additional_info.scom-severity"], labels["additional_info.metric-value"]) == ("Medium", "38")
    assert (labels["severity"], labels["severity_name"]) == ("4", "Warning")


@pytest.mark.parametrize("text", [b'{"a": 1}}', b'{"a": {"b": 1}}}', b' {"a": [{"b": 1}}]}'])
def test_braces_that_nothing_opened_are_passed_over(text: bytes) -> None:
    assert isinstance(read_lenient_json(text), dict)


@pytest.mark.parametrize(
    "text", [b"", b"{", b'{"a": 1}}}}}}}}', b'{"a": }', b"{} x", b"\xff", b'{"a" 1}}', b"[" * 9999]
)
def test_what_else_is_no_json_is_refused(text: bytes) -> None:
    with pytest.raises(MalformedBody):
        read_lenient_json(text)


def test_without_a_message_key_it_is_made_as_servicenow_does() -> None:
    assert signal(message_key="").received.incident.id == "SCOM+db-1+Disk+D:+Free"
    assert signal(message_key="own").received.incident.id == "own"


@pytest.mark.parametrize(
    "changes", [{"severity": "0"}, {"severity": 0}, {"resolution_state": "Closing"}, {"resolution_state": "closing"}]
)
def test_clear_and_closing_resolve(changes: dict[str, object]) -> None:
    assert signal(**changes).kind is SignalKind.RESOLVE


@pytest.mark.parametrize("severity", ["1", "2", "3", "4", "5", 5, ""])
def test_other_severities_trigger(severity: object) -> None:
    assert signal(severity=severity).kind is SignalKind.TRIGGER


def test_times_are_utc() -> None:
    opened_at = signal(time_of_event="2026-11-23 10:00:00").received.incident.opened_at
    assert opened_at is not None
    assert opened_at.isoformat() == "2026-11-23T10:00:00+00:00"


@pytest.mark.parametrize("info", ["plain words", "{'single': 'quotes'}", {"k": "v"}, "{}", None])
def test_additional_info_that_is_no_json_is_no_error(info: object) -> None:
    assert signal(additional_info=info).kind is SignalKind.TRIGGER


def test_a_single_record_may_stand_alone() -> None:
    assert len(to_em_signals(event(), NOON)) == 1


@pytest.mark.parametrize(
    ("record", "where"),
    [
        (event(severity="9"), "records.1.severity"),
        (event(time_of_event="noon"), "records.1.time_of_event"),
        ({"severity": "1"}, "records.1.message_key"),
        (event(node=["a"]), "records.1.node"),
        ("x", "records.1"),
    ],
)
def test_what_cannot_be_used_is_named_by_record(record: object, where: str) -> None:
    with pytest.raises(DataError) as caught:
        to_em_signals({"records": [event(), record]}, NOON)
    assert [problem.where for problem in caught.value.problems] == [where]


@pytest.mark.parametrize("payload", [[], "x", {"records": []}, {"records": {}}, {"records": [event()] * 1001}])
def test_records_must_be_a_list_of_1_to_1000(payload: object) -> None:
    with pytest.raises(DataError):
        to_em_signals(payload, NOON)
