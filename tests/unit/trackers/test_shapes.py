"""What is asked of an answer's shape."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from triage.errors import DataError
from triage.trackers.shapes import list_at, moment_at, optional_moment_at, text_at


@pytest.mark.parametrize("body", [None, [], {"items": {}}, {"items": ["a"]}, {"rows": []}])
def test_list_that_is_none_is_told_with_what_is_there(body: object) -> None:
    with pytest.raises(DataError, match="tickets must hold a list of objects under 'items'"):
        list_at(body, "items", "tickets")


@pytest.mark.parametrize("value", [None, "", True, 1.5, {}])
def test_text_that_must_be_there_is_named(value: object) -> None:
    with pytest.raises(DataError, match="A ticket must have 'id': the API has changed"):
        text_at({"id": value}, "id", "A ticket")
    assert text_at({"id": 7}, "id", "A ticket") == "7"


@pytest.mark.parametrize(
    "text", ["2026-11-25 10:00:00", "2026-11-25T10:00:00Z", "2026-11-25T11:00:00.000+0100", "2026-11-25T10:00:00+00:00"]
)
def test_times_are_in_utc_however_they_are_written(text: str) -> None:
    assert moment_at({"at": text}, "at", "A ticket") == datetime(2026, 11, 25, 10, tzinfo=UTC)


def test_time_that_is_none_is_told_and_never_is_no_time() -> None:
    with pytest.raises(DataError, match="must be a time in ISO 8601"):
        moment_at({"at": "25.11."}, "at", "A ticket")
    assert [optional_moment_at({"at": said}, "at", "A") for said in (None, "", "1970-01-01T00:00:00Z")] == [None] * 3
