"""Plain JSON by a map of dotted paths."""

from __future__ import annotations

from typing import Any

import pytest
from tests.fakes import NOON

from triage.domain import Incident
from triage.errors import DataError, SettingsError
from triage.intake import field_map_of, to_mapped_changes, to_mapped_incidents

TABLE: dict[str, Any] = {
    "source": "zbx",
    "id": "event.id",
    "opened_at": "event.clock",
    "title": "event.name",
    "description": "event.notes",
    "state": "event.value",
    "resolved": ["OK", "0"],
    "acknowledged": ["ACK"],
    "mail": ["description"],
    "labels": {"host": "hosts.0.name", "severity": "event.tags.sev.level"},
}
EVENT: dict[str, Any] = {
    "event": {
        "id": 815,
        "clock": "1795428000",
        "name": "Disk full",
        "notes": "It is full.\n\nRegards,\nAda",
        "value": "PROBLEM",
        "tags": {"sev.level": "high"},
    },
    "hosts": [{"name": "db-1"}, {"name": "db-2"}],
    "note": "kept",
}


def read(event: dict[str, Any], **changes: object) -> Incident:
    [one] = to_mapped_incidents(event, field_map_of("zabbix", {**TABLE, **changes}), NOON)
    return one.incident


def with_event(**changes: object) -> dict[str, Any]:
    return {**EVENT, "event": {**EVENT["event"], **changes}}


def test_paths_lead_to_our_names() -> None:
    incident = read(EVENT)
    assert (incident.source, incident.id) == ("zbx", "815")
    assert incident.opened_at is not None
    assert incident.opened_at.isoformat() == "2026-11-23T10:00:00+00:00"
    assert (incident.labels["title"], incident.labels["host"]) == ("Disk full", "db-1")


def test_a_key_may_itself_hold_dots() -> None:
    assert read(EVENT).labels["severity"] == "high"


def test_what_the_map_does_not_name_is_kept() -> None:
    labels = read(EVENT).labels
    assert (labels["note"], labels["hosts.1.name"], labels["event.value"]) == ("kept", "db-2", "PROBLEM")


def test_texts_that_come_from_mails_are_cleaned() -> None:
    assert read(EVENT).labels["description"] == "It is full."
    assert read(EVENT, mail=[]).labels["description"].endswith("Ada")


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("OK", "resolved"),
        ("ok", "resolved"),
        (0, "resolved"),
        ("ACK", "acknowledged"),
        ("PROBLEM", "open"),
        (None, "open"),
    ],
)
def test_states_are_what_the_map_says(said: object, state: str) -> None:
    assert read(with_event(value=said)).state.value == state


@pytest.mark.parametrize(
    "clock",
    [
        1795428000,
        1795428000.0,
        "1795428000",
        1795428000000,
        "1795428000000",
        "2026-11-23T10:00:00Z",
        "2026-11-23 10:00",
    ],
)
def test_times_are_iso_8601_or_seconds_or_milliseconds(clock: object) -> None:
    opened_at = read(with_event(clock=clock)).opened_at
    assert opened_at is not None
    assert opened_at.isoformat() == "2026-11-23T10:00:00+00:00"


def test_without_a_path_a_usual_name_says_when_it_was_opened() -> None:
    incident = read({**EVENT, "created": "2026-11-23T10:00:00Z"}, opened_at="created")
    table = {"id": "no"}
    [plain] = to_mapped_incidents({"no": 1, "created": "2026-11-23T10:00:00Z"}, field_map_of("x", table), NOON)
    [odd] = to_mapped_incidents({"no": 1, "created": "yesterday"}, field_map_of("x", table), NOON)
    assert plain.incident.opened_at == incident.opened_at
    assert odd.incident.opened_at is None


def test_items_may_lie_within() -> None:
    fields = field_map_of("x", {"items": "data.list", "id": "no"})
    got = to_mapped_incidents({"data": {"list": [{"no": 1}, {"no": 2}]}}, fields, NOON)
    assert [one.incident.id for one in got] == ["1", "2"]


def test_without_an_id_what_says_the_same_is_the_same() -> None:
    fields = field_map_of("x", {})
    [one], [same], [other] = (
        to_mapped_incidents(item, fields, NOON) for item in ({"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 1})
    )
    assert one.incident.id == same.incident.id != other.incident.id
    assert one.incident.source == "x"


def test_changes_are_read_by_the_same_maps() -> None:
    [change] = to_mapped_changes(EVENT, field_map_of("ci", {**TABLE, "kind": "change"}), NOON)
    assert (change.id, change.summary, change.labels["host"]) == ("815", "Disk full", "db-1")
    assert change.occurred_at is not None


@pytest.mark.parametrize(
    ("payload", "where"),
    [
        ([EVENT, with_event(id=None)], "1.event.id"),
        ([EVENT, with_event(clock="noon")], "1.event.clock"),
        ([EVENT, with_event(clock=1e300)], "1.event.clock"),
        ([EVENT, "x"], "1"),
    ],
)
def test_what_cannot_be_used_is_named_by_item(payload: object, where: str) -> None:
    with pytest.raises(DataError) as caught:
        to_mapped_incidents(payload, field_map_of("zabbix", TABLE), NOON)
    assert where in [problem.where for problem in caught.value.problems]


@pytest.mark.parametrize("payload", [[], [{}] * 1001])
def test_items_must_be_1_to_1000(payload: object) -> None:
    with pytest.raises(DataError):
        to_mapped_incidents(payload, field_map_of("x", {}), NOON)


@pytest.mark.parametrize(
    ("table", "where"),
    [
        ({"identity": "x"}, "intake.x.identity"),
        ({"id": 7}, "intake.x.id"),
        ({"id": " "}, "intake.x.id"),
        ({"labels": {"a": 1}}, "intake.x.labels.a"),
        ({"labels": "a"}, "intake.x.labels"),
        ({"resolved": "OK"}, "intake.x.resolved"),
        ({"mail": [1]}, "intake.x.mail"),
        ({"source": ""}, "intake.x.source"),
        ({"kind": "alert"}, "intake.x.kind"),
    ],
)
def test_a_table_that_cannot_be_used_is_named_by_key(table: dict[str, object], where: str) -> None:
    with pytest.raises(SettingsError) as caught:
        field_map_of("x", table)
    assert [problem.where.rstrip(".") for problem in caught.value.problems] == [where]
