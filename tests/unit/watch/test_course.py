from __future__ import annotations

from triage.watch.course import HOUR_NS, Moment, are_known, earn_season, expect, keep, learn_hours, look_up, moment_of
from triage.watch.lanes import COURSE, LEAST, VALUE, VISITS_EARLIER, VISITS_LATER, Lanes, at, empty_lanes
from triage.watch.state import HOURS, NEAR, SCALE, Seasons, empty_seasons


def look(seasons: Seasons, row: int, time_ns: int) -> Lanes:
    lanes = empty_lanes()
    look_up(seasons, row, moment_of(time_ns), lanes, 0)
    expect(lanes, 1)
    return lanes


def expected(seasons: Seasons, row: int, time_ns: int) -> float:
    return float(look(seasons, row, time_ns).wide[at(COURSE, 0)])


def is_known(seasons: Seasons, row: int, time_ns: int) -> bool:
    whole = look(seasons, row, time_ns).whole
    return bool(are_known(whole[at(VISITS_EARLIER, 0)], whole[at(VISITS_LATER, 0)]))


def learn(seasons: Seasons, row: int, time_ns: int, value: float, near: float) -> None:
    """Learn from a value of a series that has a usual distance of .2."""
    lanes = look(seasons, row, time_ns)
    for column, number in ((VALUE, value), (NEAR, near), (SCALE, 0.2), (LEAST, 1e-9)):
        lanes.wide[at(column, 0)] = number
    learn_hours(lanes, 1)
    keep(seasons, lanes, 0)


def test_course_is_straight_between_the_middles_of_hours_and_goes_round_at_midnight() -> None:
    seasons = empty_seasons(1)
    seasons.hours[0] = range(HOURS)
    seasons.visits[0] = 3
    assert moment_of(12 * HOUR_NS) == Moment(11, 12, 0.5, 11, 12)
    assert moment_of(0) == Moment(23, 0, 0.5, 167, 0)
    assert moment_of(7 * 24 * HOUR_NS + HOUR_NS // 2) == Moment(0, 1, 0.0, 0, 168)
    assert (expected(seasons, 0, 12 * HOUR_NS), expected(seasons, 0, 0)) == (11.5, 11.5)
    assert expected(seasons, 0, 5 * HOUR_NS + HOUR_NS // 2) == 5.0


def test_hour_is_known_once_it_was_seen_three_times() -> None:
    seasons = empty_seasons(1)
    for seen in range(3):
        assert is_known(seasons, 0, HOUR_NS) == (seen >= 3)
        learn(seasons, 0, HOUR_NS, 7.0, 7.0)
    assert is_known(seasons, 0, HOUR_NS)
    assert expected(seasons, 0, HOUR_NS) == 7.0


def test_stray_first_value_does_not_become_the_hours_level() -> None:
    seasons = empty_seasons(1)
    learn(seasons, 0, HOUR_NS, 1e9, 2.0)
    assert seasons.hours[0].max() <= 2.0 + 5.0


def test_season_of_a_high_level_keeps_small_differences() -> None:
    seasons = empty_seasons(1)
    row = earn_season(seasons, 1e12)
    for _ in range(3):
        learn(seasons, row, HOUR_NS, 1e12 + 0.25, 1e12)
    assert expected(seasons, row, HOUR_NS) == 1e12 + 0.25


def test_series_without_a_season_knows_no_hour() -> None:
    assert not is_known(empty_seasons(0), -1, HOUR_NS)


def test_seasons_are_given_out_in_order_until_none_is_free() -> None:
    seasons = empty_seasons(2)
    assert [earn_season(seasons, 1.0) for _ in range(3)] == [0, 1, -1]
