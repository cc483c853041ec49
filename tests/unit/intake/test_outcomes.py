"""How an incident ended, from JSON."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.fakes import NOON

from triage.domain import OutcomeValue
from triage.errors import DataError
from triage.intake import to_outcome

THEN = datetime(2026, 11, 22, 8, tzinfo=UTC)


def test_every_value_says_since_when_it_is_known() -> None:
    outcome = to_outcome(
        {
            "id": 7,
            "source": "desk",
            "by": "ada",
            "known_at": "2026-11-22T08:00:00Z",
            "labels": {"team": "network", "priority": {"value": 2, "known_at": "2026-11-23T10:00:05Z"}},
            "resolved_at": "2026-11-22T07:30:00Z",
        },
        NOON,
    )
    assert (outcome.incident_id, outcome.source, outcome.given_by) == ("7", "desk", "ada")
    assert outcome.values == (
        OutcomeValue("resolved_at", "2026-11-22T07:30:00Z", THEN),
        OutcomeValue("team", "network", THEN),
        OutcomeValue("priority", "2", NOON),
    )


def test_what_does_not_say_is_known_since_now() -> None:
    assert to_outcome({"id": "7", "labels": {"team": "a"}}, NOON).values[0].known_at == NOON


def test_missing_value_says_nothing() -> None:
    assert [one.name for one in to_outcome({"id": "7", "labels": {"a": None, "b": "x"}}, NOON).values] == ["b"]


@pytest.mark.parametrize(
    ("payload", "where"),
    [
        ({"labels": {"a": "b"}}, "id"),
        ({"id": "7"}, "labels"),
        ({"id": "7", "labels": []}, "labels"),
        ({"id": "7", "labels": {"a": [1]}}, "a"),
        ({"id": "7", "labels": {"a": {"v": "b"}}}, "a"),
        ({"id": "7", "labels": {"": "x"}}, "labels"),
        ({"id": "7", "known_at": "yesterday", "a": "b"}, "known_at"),
        ({"id": "7", "labels": {"a": {"value": "b", "known_at": 5}}}, "a.known_at"),
    ],
)
def test_what_cannot_be_used_is_named(payload: object, where: str) -> None:
    with pytest.raises(DataError) as caught:
        to_outcome(payload, NOON)
    assert [problem.where for problem in caught.value.problems] == [where]


def test_outcome_that_is_no_object_is_refused() -> None:
    with pytest.raises(DataError, match="an object"):
        to_outcome([], NOON)
