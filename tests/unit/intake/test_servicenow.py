"""ServiceNow's incident records, in the three ways in which the Table API shows references."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from tests.fakes import NOON

from triage.domain import Incident
from triage.errors import DataError
from triage.intake.servicenow import to_record_incidents

# Of the Table API's reference, shortened.
PLAIN: dict[str, Any] = {
    "number": "INC0010002",
    "sys_id": "c537bae64f411200adf9f8e18110c76e",
    "short_description": "Unable to connect to office wifi",
    "description": "",
    "opened_at": "2018-09-26 12:32:00",
    "sys_created_on": "2018-09-26 12:32:00",
    "state": "1",
    "impact": "3",
    "caller_id": {"link": "https://instance.example/api/now/table/sys_user/77ad", "value": "77ad"},
    "assignment_group": "",
    "parent_incident": "",
}
# The same with sysparm_display_value=all, read by somebody in another zone.
ALL: dict[str, Any] = {
    "number": {"display_value": "INC0010002", "value": "INC0010002"},
    "opened_at": {"display_value": "2018-09-26 05:32:00", "value": "2018-09-26 12:32:00"},
    "state": {"display_value": "In Progress", "value": "2"},
    "caller_id": {"display_value": "Ada Lovelace", "value": "77ad", "link": "https://instance.example/x"},
}


def read(record: Mapping[str, object]) -> Incident:
    [one] = to_record_incidents(record, NOON)
    return one.incident


@pytest.mark.parametrize("record", [PLAIN, ALL])
def test_a_record_is_an_incident_by_its_number_and_times_are_utc(record: dict[str, Any]) -> None:
    incident = read(record)
    assert (incident.source, incident.id) == ("servicenow", "INC0010002")
    assert incident.opened_at is not None
    assert incident.opened_at.isoformat() == "2018-09-26T12:32:00+00:00"


def test_references_are_read_by_what_they_display() -> None:
    assert read(PLAIN).labels["caller_id"] == "77ad"
    assert read(ALL).labels["caller_id"] == "Ada Lovelace"
    assert read({**PLAIN, "caller_id": "Ada"}).labels["caller_id"] == "Ada"
    assert "assignment_group" not in read(PLAIN).labels


@pytest.mark.parametrize("around", ["result", "records"])
@pytest.mark.parametrize("inside", [[PLAIN, ALL], [PLAIN]])
def test_lists_are_read_bare_and_as_the_table_api_answers(around: str, inside: list[object]) -> None:
    assert len(to_record_incidents(inside, NOON)) == len(to_record_incidents({around: inside}, NOON)) == len(inside)
    assert len(to_record_incidents({around: inside[0]}, NOON)) == 1


@pytest.mark.parametrize(
    ("state", "read_as"),
    [
        ("1", "open"),
        ("2", "acknowledged"),
        (3, "acknowledged"),
        ("6", "resolved"),
        ("7", "resolved"),
        ("8", "resolved"),
        ("Resolved", "resolved"),
        ("On Hold", "acknowledged"),
        ({"display_value": "Closed", "value": "107"}, "resolved"),
        ("-5", "open"),
        ("", "open"),
    ],
)
def test_states_are_read_by_number_and_by_name(state: object, read_as: str) -> None:
    assert read({**PLAIN, "state": state}).state.value == read_as
    assert read({"number": "1", "incident_state": state}).state.value == read_as


def test_a_description_that_came_by_mail_is_cleaned() -> None:
    text = "VPN is down.\n\nRegards,\nAda"
    assert read({**PLAIN, "description": text, "contact_type": "email"}).labels["description"] == "VPN is down."
    assert read({**PLAIN, "description": text, "contact_type": "phone"}).labels["description"] == text


@pytest.mark.parametrize(
    ("payload", "where"),
    [
        ([PLAIN, {}], "records.1.number"),
        ([PLAIN, "x"], "records.1"),
        ({"result": [{**PLAIN, "opened_at": "yesterday"}]}, "records.0.opened_at"),
    ],
)
def test_what_cannot_be_used_is_named_by_record(payload: object, where: str) -> None:
    with pytest.raises(DataError) as caught:
        to_record_incidents(payload, NOON)
    assert [problem.where for problem in caught.value.problems] == [where]


def test_records_must_be_1_to_1000() -> None:
    payloads: list[object] = [[], {"result": []}, [PLAIN] * 1001]
    for payload in payloads:
        with pytest.raises(DataError):
            to_record_incidents(payload, NOON)
