"""Names of columns, whatever their spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.exports import (
    CALLER_NAMES,
    DESCRIPTION_NAMES,
    ID_NAMES,
    KNOWN_AT_NAMES,
    OPENED_AT_NAMES,
    TITLE_NAMES,
    canonical,
    first_named,
    is_caller,
)


@pytest.mark.parametrize(
    ("column", "name"),
    [
        ("Short description", "short_description"),
        ("shortDescription", "short_description"),
        ("SHORT_DESCRIPTION", "short_description"),
        ("  Opened-At ", "opened_at"),
        ("Geschlossen am", "geschlossen_am"),
        ("Eröffnet", "eroffnet"),
        ("创建时间", "创建时间"),
    ],
)
def test_spelling_does_not_matter(column: str, name: str) -> None:
    assert canonical(column) == name


@given(st.text())
def test_canonical_name_is_its_own_canonical_name(column: str) -> None:
    assert canonical(canonical(column)) == canonical(column)


@pytest.mark.parametrize("names", [TITLE_NAMES, DESCRIPTION_NAMES, OPENED_AT_NAMES, ID_NAMES, KNOWN_AT_NAMES])
def test_names_are_canonical_and_unique(names: tuple[str, ...]) -> None:
    assert [canonical(name) for name in names] == list(names)
    assert len(set(names)) == len(names)


def test_earlier_name_wins_over_earlier_column() -> None:
    assert first_named(["title", "short_description"], TITLE_NAMES) == "short_description"


def test_prefix_of_the_exporter_is_looked_through() -> None:
    assert first_named(["Ticket ID", "Ticket Subject"], TITLE_NAMES) == "Ticket Subject"
    assert first_named(["Issue id", "Issue key"], ID_NAMES) == "Issue key"


def test_column_of_the_very_name_wins_over_one_with_a_prefix() -> None:
    assert first_named(["ticket_subject", "subject"], TITLE_NAMES) == "subject"


def test_nothing_so_called_is_none() -> None:
    assert first_named(["colour"], TITLE_NAMES) is None


@pytest.mark.parametrize(
    "column",
    [
        *(
            "Caller ID",
            "caller_id_open",
            "Opened by",
            "OpenedBy",
            "Requester Name",
            "Ticket Requester Email",
            "Reporter",
        ),
        *("creator", "Requestors", "User name", "Affected User", "Gemeldet für", "Melder", "Contact Name", "报告人"),
    ],
)
def test_column_of_the_person_who_reports_is_a_caller(column: str) -> None:
    assert is_caller(column)


@pytest.mark.parametrize(
    "column",
    ["assigned_to", "customer", "company", "location", "user_type", "contact_type", "opened_at", "number", "team"],
)
def test_column_of_anything_else_is_no_caller(column: str) -> None:
    assert not is_caller(column)


def test_caller_names_are_canonical() -> None:
    assert [name for name in CALLER_NAMES if canonical(name) != name] == []
