"""Spellings of a moment."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.datasets.time_styles import NAT, style_of, take_apart, to_moments

_AT = datetime(2016, 2, 29, 13, 16, tzinfo=UTC)
_MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


def _read(text: str, *, month_first: bool = False, zone: str = "UTC") -> int:
    texts = np.array([text], dtype=object)
    found = style_of(texts)
    assert found is not None, text
    moments, possible = to_moments(take_apart(texts, found[0]), month_first=month_first, zone=zone)
    return int(moments[0]) if possible[0] else -1


def _ns(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // (_AT.resolution) * 1000


@pytest.mark.parametrize(
    "text",
    [
        "2016-02-29 13:16", "2016-02-29T13:16:00Z", "2016-02-29T13:16:00.000+0000", "2016-02-29T14:16:00+01:00",
        "2016-02-29 08:16:00 -0500", "2016/2/29 13:16", "2016.02.29 13:16:00", "2016年2月29日 13:16",
        "29/2/2016 13:16", "29.02.2016 13:16", "29.02.2016, 13:16 Uhr", "29-02-16 1:16 PM", "29/2/2016 01:16:00 p.m.",
        "29/Feb/16 13:16", "29/Feb/16 1:16 PM", "29-Feb-2016 13:16:00", "29. Februar 2016 13:16",
        "29 February 2016, 13:16",
        "Mon, 29 Feb 2016 13:16:00 +0000", "Feb 29, 2016 1:16 PM", "February 29, 2016, 13:16:00 GMT",
        "Mon Feb 29 13:16:00 2016", "Mon Feb 29 13:16:00 UTC 2016", "20160229T131600Z", "20160229 131600",
        "1456751760", "1456751760.0", "1456751760000",
        "2016-02-29 14:16 CET", "2016-02-29 14:16:00 MEZ", "2016-02-29T14:16:00+01:00 [Europe/Berlin]",
        "2016-02-29T14:16:00+01:00[Europe/Berlin]", "Mon, 29 Feb 2016 08:16:00 -0500 (EST)", "29/02/2016 8:16 AM EST",
        "29 févr. 2016 13:16", "29/fev/2016 13:16",
    ],
)  # fmt: skip
def test_moment_is_read_in_any_spelling(text: str) -> None:
    assert _read(text) == _ns(_AT)


@pytest.mark.parametrize(
    ("text", "month"),
    [("3 juin 2016", 6), ("3 juil. 2016", 7), ("3/ene/16", 1), ("3. Okt. 2016", 10), ("3 set 2016", 9)],
)
def test_months_are_read_in_several_languages(text: str, month: int) -> None:
    assert _read(text) == _ns(datetime(2016, month, 3, tzinfo=UTC))


def test_dates_with_dots_are_day_first_whatever_else_is_said() -> None:
    assert _read("03.02.2016", month_first=True) == _ns(datetime(2016, 2, 3, tzinfo=UTC))


@pytest.mark.parametrize("text", ["2/29/16", "29/02/16"])
def test_dates_with_slashes_are_times_by_shape_though_their_years_have_two_digits(text: str) -> None:
    assert style_of(np.array([text], dtype=object), by_shape_alone=True) is not None


def test_month_first_is_read_so_when_told() -> None:
    assert _read("2/29/2016 1:16 PM", month_first=True) == _ns(_AT)


@pytest.mark.parametrize(
    "text",
    ["2016-02-30", "2015-02-29 10:00", "2016-13-01", "2016-00-10", "2016-01-00", "31.04.2016", "2016-02-29 24:00",
     "2016-02-29 10:60", "29/Foo/16 13:16", "29/Feb/16 13:16 PM", "29/Feb/16 0:16 AM"],
)  # fmt: skip
def test_moment_that_cannot_be_is_told(text: str) -> None:
    assert _read(text) == -1


@pytest.mark.parametrize("text", ["9999-12-31", "0001-01-01 00:00:00", "31/12/9999"])
def test_stand_in_for_never_is_possible_but_no_moment(text: str) -> None:
    assert _read(text) == NAT


def test_midnight_and_noon_of_twelve_hour_clocks() -> None:
    assert _read("29/Feb/16 12:00 AM") == _ns(datetime(2016, 2, 29, tzinfo=UTC))
    assert _read("29/Feb/16 12:00 PM") == _ns(datetime(2016, 2, 29, 12, tzinfo=UTC))


def test_years_of_two_digits_are_read_as_posix_does() -> None:
    assert _read("01/Jan/68") == _ns(datetime(2068, 1, 1, tzinfo=UTC))
    assert _read("01/Jan/99") == _ns(datetime(1999, 1, 1, tzinfo=UTC))


def test_fractions_keep_their_digits() -> None:
    assert _read("1970-01-01 00:00:00.5") == 500_000_000
    assert _read("1970-01-01T00:00:00.000000001Z") == 1


def test_local_time_is_of_the_zone_and_named_offsets_stay() -> None:
    assert _read("2016-02-29 14:16", zone="Europe/Berlin") == _ns(_AT)
    assert _read("2016-02-29 13:16Z", zone="Europe/Berlin") == _ns(_AT)


def test_hour_that_the_zone_skips_moves_to_the_moment_after_it() -> None:
    # In Berlin 02:00 to 03:00 of 27 March 2016 did not happen; 03:00 there was 01:00 UTC.
    assert _read("2016-03-27 02:30", zone="Europe/Berlin") == _ns(datetime(2016, 3, 27, 1, tzinfo=UTC))


def test_hour_that_the_zone_has_twice_is_the_first() -> None:
    # In Berlin 02:00 to 03:00 of 30 October 2016 happened in summer time, then again in winter time.
    assert _read("2016-10-30 02:30", zone="Europe/Berlin") == _ns(datetime(2016, 10, 30, 0, 30, tzinfo=UTC))


@pytest.mark.parametrize("text", ["Network", "3.4.0", "10.0.0.1", "INC0012345", "2016", "12:30", "1.2"])
def test_what_is_no_time_has_no_style(text: str) -> None:
    assert style_of(np.array([text], dtype=object)) is None


@pytest.mark.parametrize("text", ["1456751760", "20160229", "10.2.15"])
def test_numbers_and_versions_are_no_times_by_shape_alone(text: str) -> None:
    texts = np.array([text], dtype=object)
    assert style_of(texts) is not None
    assert style_of(texts, by_shape_alone=True) is None


@given(_MOMENTS)
def test_iso_times_are_read_back(at: datetime) -> None:
    assert _read(at.isoformat()) == _ns(at)


@given(_MOMENTS)
def test_day_first_and_month_first_are_mirror_images(at: datetime) -> None:
    assert _read(at.strftime("%d/%m/%Y %H:%M:%S")) == _read(at.strftime("%m/%d/%Y %H:%M:%S"), month_first=True)
