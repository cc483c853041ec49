from __future__ import annotations

import numpy as np

from triage.watch.course import HOUR_NS, earn_season, learn_hours, moment_of
from triage.watch.state import HOURS, empty_seasons


def test_course_is_straight_between_the_middles_of_hours_and_goes_round_at_midnight() -> None:
    seasons = empty_seasons(1)
    seasons.hours[0] = np.arange(HOURS)
    seasons.visits[0] = 3
    noon, midnight = moment_of(seasons, 0, 12 * HOUR_NS), moment_of(seasons, 0, 0)
    assert (noon.earlier, noon.later, noon.expected) == (11, 12, 11.5)
    assert (midnight.earlier, midnight.later, midnight.expected) == (23, 0, 11.5)
    assert moment_of(seasons, 0, 5 * HOUR_NS + HOUR_NS // 2).expected == 5.0


def test_hour_is_known_once_it_was_seen_three_times() -> None:
    seasons = empty_seasons(1)
    for seen in range(3):
        moment = moment_of(seasons, 0, HOUR_NS)
        assert moment.is_known == (seen >= 3)
        learn_hours(seasons, 0, moment, 7.0, 7.0, 1.0)
    assert moment_of(seasons, 0, HOUR_NS).is_known
    assert moment_of(seasons, 0, HOUR_NS).expected == 7.0


def test_stray_first_value_does_not_become_the_hours_level() -> None:
    seasons = empty_seasons(1)
    learn_hours(seasons, 0, moment_of(seasons, 0, HOUR_NS), 1e9, 2.0, 1.0)
    assert seasons.hours[0].max() <= 2.0 + 5.0


def test_season_of_a_high_level_keeps_small_differences() -> None:
    seasons = empty_seasons(1)
    row = earn_season(seasons, 1e12)
    for _ in range(3):
        learn_hours(seasons, row, moment_of(seasons, row, HOUR_NS), 1e12 + 0.25, 1e12, 1.0)
    assert moment_of(seasons, row, HOUR_NS).expected == 1e12 + 0.25


def test_seasons_are_given_out_in_order_until_none_is_free() -> None:
    seasons = empty_seasons(2)
    assert [earn_season(seasons, 1.0) for _ in range(3)] == [0, 1, -1]
