from __future__ import annotations

from datetime import UTC, datetime

from triage.domain import Incident
from triage.learn.inputs import InputColumns, from_incidents
from triage.learn.precedent_texts import precedent_texts

EVENTS = [
    Incident(str(number), "desk", datetime(2026, 3, 1, tzinfo=UTC), labels={"title": "vpn lost", "site": site})
    for number, site in enumerate(["Bonn", "Bonn", "Lyon"])
]


def texts(columns: InputColumns) -> list[str]:
    return precedent_texts(from_incidents(EVENTS, columns), columns)


def test_incidents_are_compared_by_their_texts() -> None:
    assert texts(InputColumns(("title",), ("site",), opened_at=True)) == ["vpn lost"] * 3


def test_where_no_text_is_read_they_are_by_words_for_the_values_of_fields() -> None:
    first, second, third = texts(InputColumns((), ("site",), opened_at=True))
    assert first == second != third
    assert "Bonn" not in first
    assert first.isalnum()
