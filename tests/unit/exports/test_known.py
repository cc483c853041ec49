"""Exports that are recognised by their columns."""

from __future__ import annotations

from triage.exports import EVENT_LOG, INCIDENT_TABLE, is_opening_field, recognise, repaired_header

_LOG = (
    "number",
    "incident_state",
    "sys_mod_count",
    "opened_at",
    "sys_updated_at",
    "category",
    "subcategory",
    "closed_at",
)
_MANGLED = (
    "number",
    "ident_state",
    "sys_mod_count",
    "opened_at",
    "sys_updated_at",
    "category",
    "category",
    "closed_at",
)


def test_event_log_is_recognised_in_any_order_and_case() -> None:
    assert recognise(name.upper() for name in reversed(_LOG)) is EVENT_LOG


def test_event_log_is_recognised_with_its_mangled_state() -> None:
    assert recognise(_MANGLED) is EVENT_LOG


def test_incident_table_is_recognised_by_its_labels_too() -> None:
    columns = ["Number", "Short description", "Caller", "Priority", "State", "Assignment group", "Updated"]
    assert recognise(columns) is INCIDENT_TABLE


def test_plain_table_is_not_recognised() -> None:
    assert recognise(["Document", "Topic_group"]) is None
    assert recognise(["number", "short_description", "team"]) is None
    assert recognise([]) is None


def test_second_category_of_the_mangled_log_is_the_subcategory() -> None:
    assert repaired_header(_MANGLED)[5:7] == ("category", "subcategory")


def test_other_repeated_names_are_not_repaired() -> None:
    assert repaired_header(_LOG) == _LOG
    assert repaired_header(("category", "category")) == ("category", "category")
    assert repaired_header((*_MANGLED, "category")) == (*_MANGLED, "category")


def test_opening_fields_are_known_by_name() -> None:
    assert is_opening_field("Caller ID")
    assert is_opening_field("assignment_group_open")
    assert not is_opening_field("colour")
