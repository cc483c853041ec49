from __future__ import annotations

import numpy as np

from triage.watch.course import HOUR_NS, learn_hours, moment_of
from triage.watch.state import HOURS, empty_series


def test_course_is_straight_between_the_middles_of_hours_and_goes_round_at_midnight() -> None:
    state = empty_series(1)
    state.season[0] = np.arange(HOURS, dtype=np.float64)
    state.visits[0] = 3
    noon, midnight = moment_of(state, 0, 12 * HOUR_NS), moment_of(state, 0, 0)
    assert (noon.earlier, noon.later, noon.expected) == (11, 12, 11.5)
    assert (midnight.earlier, midnight.later, midnight.expected) == (23, 0, 11.5)
    assert moment_of(state, 0, 5 * HOUR_NS + HOUR_NS // 2).expected == 5.0


def test_hour_is_known_once_it_was_seen_three_times() -> None:
    state = empty_series(1)
    for seen in range(3):
        moment = moment_of(state, 0, HOUR_NS)
        assert moment.is_known == (seen >= 3)
        learn_hours(state.visits[0], state.season[0], moment, 7.0, 7.0, 1.0)
    assert moment_of(state, 0, HOUR_NS).is_known
    assert moment_of(state, 0, HOUR_NS).expected == 7.0


def test_stray_first_value_does_not_become_the_hours_level() -> None:
    state = empty_series(1)
    learn_hours(state.visits[0], state.season[0], moment_of(state, 0, HOUR_NS), 1e9, 2.0, 1.0)
    assert state.season[0].max() <= 2.0 + 5.0
