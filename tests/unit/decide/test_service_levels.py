from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.decide.service_levels import AROUND_THE_CLOCK, Calendar, ServiceLevels, chance_beyond

OFFICE = Calendar("Europe/Berlin", (1, 2, 3, 4, 5), time(8), time(18), (date(2026, 12, 25),))
LEVELS = ServiceLevels("priority", {"1": 4.0, "3": 20.0}, OFFICE)
QUANTILES = [(0.05, 0.5), (0.1, 1.0), (0.5, 8.0), (0.8, 30.0), (0.9, 80.0), (0.95, 200.0)]
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # UTC is added


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("begin", "end", "hours"),
    [
        ("2026-11-23T09:00", "2026-11-23T11:30", 2.5),
        # Over a night, over a weekend, over Christmas, and all outside of hours.
        ("2026-11-23T17:00", "2026-11-24T09:00", 2.0),
        ("2026-11-20T17:00", "2026-11-23T09:00", 2.0),
        ("2026-12-24T17:00", "2026-12-28T09:00", 2.0),
        ("2026-11-21T10:00", "2026-11-22T20:00", 0.0),
        ("2026-11-23T11:00", "2026-11-23T10:00", 0.0),
        # The clocks change on the Sundays of 2026-03-29 and 2026-10-25: a working day stays ten hours long.
        ("2026-03-27T08:00", "2026-03-30T18:00", 20.0),
        ("2026-10-23T08:00", "2026-10-26T18:00", 20.0),
    ],
)
def test_only_working_hours_count(begin: str, end: str, hours: float) -> None:
    assert OFFICE.hours_between(berlin(begin), berlin(end)) == pytest.approx(hours)


def test_day_that_the_clocks_change_on_is_as_long_as_it_is() -> None:
    whole = Calendar("Europe/Berlin")
    assert whole.hours_between(berlin("2026-03-29T00:00"), berlin("2026-03-30T00:00")) == 23.0
    assert whole.hours_between(berlin("2026-10-25T00:00"), berlin("2026-10-26T00:00")) == 25.0


@given(moments, st.floats(0.01, 200.0))
def test_so_many_working_hours_after_a_moment_so_many_have_passed(begin: datetime, hours: float) -> None:
    until = OFFICE.after(begin, hours)
    assert until is not None
    assert OFFICE.hours_between(begin, until) == pytest.approx(hours, abs=1e-6)


@given(moments, st.floats(0.0, 1000.0))
def test_around_the_clock_every_hour_counts(begin: datetime, hours: float) -> None:
    end = begin + timedelta(hours=hours)
    assert AROUND_THE_CLOCK.hours_between(begin, end) == pytest.approx(hours, abs=1e-6)


def test_desk_that_never_works_never_gets_there() -> None:
    assert Calendar("UTC", ()).after(datetime(2026, 1, 1, tzinfo=UTC), 1.0) is None


def test_breach_is_what_took_more_working_hours_than_its_label_allows() -> None:
    opened = berlin("2026-11-20T16:00")
    assert LEVELS.breached("1", opened, berlin("2026-11-23T10:00")) is False
    assert LEVELS.breached("1", opened, berlin("2026-11-23T10:30")) is True
    assert LEVELS.breached("2", opened, berlin("2027-11-23T10:30")) is None
    assert LEVELS.breached(None, opened, opened) is None
    assert LEVELS.hours_left("1", opened) == 66.0


def test_chance_of_a_breach_is_over_the_labels_that_have_a_limit() -> None:
    opened = berlin("2026-11-23T08:00")
    urgent, usual = (LEVELS.chance_of_breach([(label, 1.0)], opened, QUANTILES) for label in ("1", "3"))
    assert urgent is not None
    assert usual is not None
    assert urgent > usual
    both = LEVELS.chance_of_breach([("3", 0.6), ("1", 0.2), ("2", 0.2)], opened, QUANTILES)
    assert both == pytest.approx(0.75 * usual + 0.25 * urgent)
    assert LEVELS.chance_of_breach([("2", 1.0)], opened, QUANTILES) is None


def test_chance_to_take_longer_meets_the_quantiles_and_falls() -> None:
    assert [chance_beyond(QUANTILES, hours) for _, hours in QUANTILES] == pytest.approx(
        [1.0 - level for level, _ in QUANTILES]
    )
    chances = [chance_beyond(QUANTILES, hours) for hours in range(0, 2000, 7)]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] == 1.0
    assert 0.0 <= chances[-1] < 0.01
