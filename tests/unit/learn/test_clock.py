from __future__ import annotations

import numpy as np
import pytest

from triage.learn.clock import fit_clock

# Ends on Monday, 9:00 to 10:00 only.
CLOCK = fit_clock(np.full(500, 9.5))


def busyness(begin: float, end: float) -> float:
    return float(CLOCK.between(np.array([begin]), np.array([end]))[0])


def test_any_whole_week_is_as_busy_as_the_mean() -> None:
    for begin in (0.0, 30.25, 167.9, 1000.5):
        assert busyness(begin, begin + 168.0) == pytest.approx(1.0)


def test_an_hour_is_as_busy_as_it_was_in_any_week() -> None:
    assert busyness(9.0, 10.0) == pytest.approx(busyness(9.0 + 5 * 168.0, 10.0 + 5 * 168.0))
    assert busyness(9.0, 10.0) > 50 * busyness(10.0, 11.0) > 0.0


def test_a_stretch_is_the_mean_of_its_hours() -> None:
    assert busyness(9.0, 11.0) == pytest.approx((busyness(9.0, 10.0) + busyness(10.0, 11.0)) / 2)
    assert busyness(167.0, 177.0) == pytest.approx(np.mean([busyness(at, at + 1.0) for at in range(167, 177)]))
