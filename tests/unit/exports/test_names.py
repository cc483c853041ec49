"""What columns are called."""

from __future__ import annotations

import pytest

from triage.exports import (
    CALLER_NAMES,
    DESCRIPTION_NAMES,
    ID_NAMES,
    KNOWN_AT_NAMES,
    OPENED_AT_NAMES,
    TITLE_NAMES,
    canonical,
    is_caller,
)


@pytest.mark.parametrize("names", [TITLE_NAMES, DESCRIPTION_NAMES, OPENED_AT_NAMES, ID_NAMES, KNOWN_AT_NAMES])
def test_names_are_canonical_and_unique(names: tuple[str, ...]) -> None:
    assert [canonical(name) for name in names] == list(names)
    assert len(set(names)) == len(names)


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
