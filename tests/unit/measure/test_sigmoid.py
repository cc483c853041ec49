from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from triage.measure.sigmoid import binary_losses, fit_sigmoid

GENERATOR = np.random.default_rng(0)
MARGINS = GENERATOR.normal(size=4000) * 2


def test_scale_and_shift_that_made_the_truths_are_found() -> None:
    truth = (GENERATOR.random(4000) < expit(MARGINS * 0.5 - 1.0)).astype(float)
    scale, shift = fit_sigmoid(MARGINS, truth)
    assert scale == pytest.approx(0.5, abs=0.06)
    assert shift == pytest.approx(-1.0, abs=0.12)


def test_likely_truths_count_by_their_probability() -> None:
    assert fit_sigmoid(MARGINS, expit(MARGINS * 0.5 - 1.0)) == pytest.approx((0.5, -1.0), abs=0.01)


def test_nothing_to_learn_from_changes_nothing() -> None:
    assert fit_sigmoid(np.zeros(0), np.zeros(0)) == (1.0, 0.0)


def test_rows_without_an_error_do_not_ask_for_endless_sureness() -> None:
    scale, shift = fit_sigmoid(np.array([-1.0, 1.0] * 20), np.array([0.0, 1.0] * 20))
    assert scale < 20
    assert abs(shift) < 1


def test_certain_mistake_has_a_finite_loss() -> None:
    assert np.isfinite(binary_losses(np.array([0.0, 1.0]), np.array([1.0, 0.0]))).all()
