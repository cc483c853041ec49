from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.measure.growth import forecast_gain

SIZES = np.array([100.0, 200.0, 400.0, 800.0, 1600.0])


def resampled(scores: np.ndarray, noise: float, seed: int = 0) -> np.ndarray:
    drawn = scores + noise * np.random.default_rng(seed).normal(size=(200, len(scores)))
    return np.vstack([scores, drawn])


@given(st.floats(0.5, 1.0), st.floats(0.1, 1.0), st.floats(0.2, 1.0))
def test_curve_of_the_form_that_is_fitted_is_carried_on(limit: float, loss: float, exponent: float) -> None:
    scores = limit - loss * SIZES**-exponent
    gain = forecast_gain(SIZES, np.array([scores, scores]), 1600, 6400)
    assert gain is not None
    assert gain.expected == pytest.approx(loss * (1600**-exponent - 6400**-exponent), abs=0.01)


def test_score_that_does_not_grow_gains_nothing() -> None:
    gain = forecast_gain(SIZES, resampled(np.full(5, 0.8), 0.002), 1600, 3200)
    assert gain is not None
    assert gain.expected == pytest.approx(0.0, abs=0.002)
    assert gain.is_told
    assert gain.low <= gain.expected <= gain.high


def test_noisy_curve_tells_nothing() -> None:
    gain = forecast_gain(SIZES, resampled(0.9 - 2.0 / np.sqrt(SIZES), 0.2), 1600, 25_600)
    assert gain is not None
    assert not gain.is_told


def test_too_few_sizes_or_scores_above_nothing_forecast_nothing() -> None:
    assert forecast_gain(SIZES[:2], np.ones((2, 2)), 1, 2) is None
    assert forecast_gain(SIZES, np.array([[0.0, 0.0, 0.0, 0.1, 0.2]] * 2), 1, 2) is None


def test_no_score_is_foretold_above_one() -> None:
    scores = np.array([0.2, 0.4, 0.6, 0.8, 0.98])
    gain = forecast_gain(SIZES, resampled(scores, 0.001), 1600, 10**9)
    assert gain is not None
    # The fit itself may miss the last point a little.
    assert scores[-1] + gain.expected <= 1.15
