from __future__ import annotations

import numpy as np

from triage.watch.bands import usual_band

HOUR_NS = 3_600 * 10**9


def test_band_follows_the_hour_of_the_day() -> None:
    quarters = np.arange(4 * 24 * 10) * HOUR_NS // 4
    is_day = (quarters // HOUR_NS % 24 >= 12).astype(float)
    lower, upper = usual_band(quarters, 100.0 * is_day, np.array([6, 18]) * HOUR_NS)
    assert lower.tolist() == [0.0, 100.0]
    assert upper.tolist() == [0.0, 100.0]


def test_hours_that_were_hardly_seen_take_all_values_and_too_few_give_no_band() -> None:
    hours = np.arange(20) * HOUR_NS
    lower, upper = usual_band(hours, np.arange(20.0), hours[:1] + 22 * HOUR_NS)
    assert 0.0 < lower[0] < upper[0] < 19.0
    assert np.isnan(usual_band(hours[:5], np.arange(5.0), hours[:1])[0]).all()


def test_values_that_are_not_finite_do_not_count() -> None:
    minutes = np.arange(60) * 60 * 10**9
    values = np.where(np.arange(60) % 2 == 0, 1.0, np.inf)
    assert usual_band(minutes, values, minutes[:1])[1].tolist() == [1.0]
