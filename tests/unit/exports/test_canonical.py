"""Names of columns, whatever their spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.exports import ID_NAMES, TITLE_NAMES, any_word, canonical, first_named


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


def test_earlier_name_wins_over_earlier_column() -> None:
    assert first_named(["title", "short_description"], TITLE_NAMES) == "short_description"


def test_prefix_of_the_exporter_is_looked_through() -> None:
    assert first_named(["Ticket ID", "Ticket Subject"], TITLE_NAMES) == "Ticket Subject"
    assert first_named(["Issue id", "Issue key"], ID_NAMES) == "Issue key"


def test_column_of_the_very_name_wins_over_one_with_a_prefix() -> None:
    assert first_named(["ticket_subject", "subject"], TITLE_NAMES) == "subject"


def test_nothing_so_called_is_none() -> None:
    assert first_named(["colour"], TITLE_NAMES) is None


@pytest.mark.parametrize(("name", "is_found"), [("date_closed", True), ("enclosed", False), ("end", True)])
def test_words_are_found_whole_and_their_comments_are_none(name: str, is_found: bool) -> None:
    assert bool(any_word("closed  # English\n| end  # date").search(name)) == is_found
