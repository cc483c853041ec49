from __future__ import annotations

import numpy as np
import pytest

from triage.measure.hours import pinball, score_hours

TRUTH = np.array([1.0, 2.0, 3.0, 100.0])
FORETOLD = np.tile([1.0, 2.0, 10.0, 50.0], (4, 1))
MONTHS = np.array(["2026-10", "2026-10", "2026-11", "2026-11"])


def test_bounds_are_counted_in_all_and_by_month_of_opening() -> None:
    scores = score_hours(TRUTH, FORETOLD, FORETOLD[0], MONTHS)
    assert (scores.overall.n, scores.overall.within_80, scores.overall.within_90) == (4, 0.75, 0.75)
    assert {month: bounds.within_80 for month, bounds in scores.by_month.items()} == {"2026-10": 1.0, "2026-11": 0.5}


def test_median_error_is_of_the_middle_hours_and_the_constant_stands_beside_it() -> None:
    scores = score_hours(TRUTH, FORETOLD, np.array([0.0, 3.0, 5.0, 7.0]), MONTHS)
    assert (scores.median_error, scores.constant_error) == (1.0, 1.5)
    assert scores.constant_pinball == pytest.approx(pinball(TRUTH, np.tile([0.0, 3.0, 5.0, 7.0], (4, 1))))


def test_pinball_is_least_at_the_quantiles() -> None:
    truth = np.random.default_rng(0).exponential(10.0, 5_000)
    best = np.quantile(truth, [0.1, 0.5, 0.8, 0.9])
    least = pinball(truth, np.tile(best, (5_000, 1)))
    assert all(least < pinball(truth, np.tile(best * factor, (5_000, 1))) for factor in (0.8, 1.25))


def test_metrics_and_document_say_the_same() -> None:
    scores = score_hours(TRUTH, FORETOLD, FORETOLD[0], MONTHS)
    assert scores.as_metrics()["hours.median_error"] == scores.as_document()["median_error"] == 1.0
    assert scores.as_metrics()["hours.within_90"] == scores.as_document()["within_90"] == 0.75
