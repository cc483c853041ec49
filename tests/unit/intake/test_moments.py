"""Moments as senders write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.intake.moments import to_moment


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T10:00:00Z",
        "2026-11-23 10:00:00",
        "2026-11-23T12:00+02:00",
        "20261123T100000",
        "2026-11-23T10:00:00.000Z",
    ],
)
def test_iso_8601_is_read_as_utc(text: str) -> None:
    assert to_moment(text) == datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert to_moment(text).tzinfo is UTC


@pytest.mark.parametrize("text", ["yesterday", "23/11/2026", "2026-13-01", "2026-02-30T00:00:00Z", "1763892000", ""])
def test_what_is_no_iso_8601_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        to_moment(text)


def test_moment_that_utc_cannot_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="years 1 to 9999"):
        to_moment("0001-01-01T00:00:00+14:00")


OFFSETS = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
# Kept clear of the ends, where a moment has no counterpart in UTC.
MOMENTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=OFFSETS)  # noqa: DTZ001  # the zones are added


@given(MOMENTS)
def test_any_offset_gives_the_same_moment(moment: datetime) -> None:
    assert to_moment(moment.isoformat()) == moment
