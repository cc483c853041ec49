from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import log_softmax
from sklearn.metrics import log_loss as their_log_loss

from triage.measure.calibration import Calibration, fit_calibration, log_losses, softmax


def drawn(n: int, n_classes: int, seed: int, scale: float = 1.0) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Draw margins, and labels from the softmax of the margins times ``scale``."""
    generator = np.random.default_rng(seed)
    margins = generator.normal(0, 2, (n, n_classes))
    chances = softmax(margins * scale).cumsum(axis=1)
    truth = (generator.random((n, 1)) > chances).sum(axis=1)
    return margins, np.minimum(truth, n_classes - 1).astype(np.int64)


def penalised_loss(log_scale: float, margins: NDArray[np.float64], truth: NDArray[np.int64]) -> float:
    """Compute, apart from the code under test, what the fit is to minimise."""
    log_probabilities = log_softmax(margins * np.exp(log_scale), axis=1)
    return float(-log_probabilities[np.arange(len(truth)), truth].sum() + log_scale**2 / 2)


@pytest.mark.parametrize(("n", "n_classes", "seed"), [(1, 2, 0), (30, 3, 1), (200, 5, 2), (400, 2, 3)])
def test_finite_differences_of_the_loss_vanish_at_the_fit_and_nothing_is_better(
    n: int, n_classes: int, seed: int
) -> None:
    margins, truth = drawn(n, n_classes, seed, scale=0.6)
    at = float(np.log(fit_calibration(margins, truth).scale))
    step = 1e-4
    slope = (penalised_loss(at + step, margins, truth) - penalised_loss(at - step, margins, truth)) / (2 * step)
    assert abs(slope) < 1e-2
    everywhere = [penalised_loss(log_scale, margins, truth) for log_scale in np.linspace(-6, 6, 241)]
    assert penalised_loss(at, margins, truth) <= min(everywhere) + 1e-6


@pytest.mark.parametrize("planted", [0.3, 1.0, 2.5])
def test_planted_temperature_is_recovered(planted: float) -> None:
    margins, truth = drawn(5000, 4, seed=5, scale=planted)
    assert fit_calibration(margins, truth).scale == pytest.approx(planted, rel=0.08)


@pytest.mark.parametrize("n", [1, 5, 20])
def test_few_rows_without_an_error_do_not_make_the_model_certain(n: int) -> None:
    margins, _ = drawn(200, 3, seed=6)
    fitted = fit_calibration(margins[:n], margins[:n].argmax(axis=1))
    assert fitted.scale > 1.0
    assert np.median(fitted.apply(margins).max(axis=1)) < 0.9999


def test_rows_without_a_right_one_make_the_model_less_sure() -> None:
    margins, _ = drawn(50, 3, seed=7)
    assert fit_calibration(margins, margins.argmin(axis=1)).scale < 0.2


def test_no_rows_give_the_identity() -> None:
    assert fit_calibration(np.zeros((0, 4)), np.zeros(0, np.int64)) == Calibration(1.0)


def test_single_class_is_certain() -> None:
    fitted = fit_calibration(np.zeros((5, 1)), np.zeros(5, np.int64))
    assert fitted.apply(np.array([[3.0]])).tolist() == [[1.0]]


def test_same_rows_give_the_same_fit() -> None:
    margins, truth = drawn(200, 4, seed=8)
    assert fit_calibration(margins, truth) == fit_calibration(margins.copy(), truth.copy())


@given(st.integers(0, 1000))
def test_calibration_leaves_the_order_of_labels_alone(seed: int) -> None:
    margins, truth = drawn(30, 4, seed)
    fitted = fit_calibration(margins, truth)
    assert fitted.apply(margins).argmax(axis=1).tolist() == margins.argmax(axis=1).tolist()


@given(
    st.integers(1, 40).flatmap(
        lambda k: st.lists(st.lists(st.floats(-500, 500), min_size=k, max_size=k), min_size=1, max_size=12)
    )
)
def test_softmax_of_a_row_does_not_depend_on_the_rows_beside_it(logits: list[list[float]]) -> None:
    together = softmax(np.array(logits))
    apart = np.concatenate([softmax(np.array([row])) for row in logits])
    assert together.tobytes() == apart.tobytes()
    assert together.sum(axis=1) == pytest.approx(np.ones(len(logits)), abs=1e-12)


def test_huge_margins_do_not_overflow() -> None:
    assert Calibration().apply(np.array([[1e5, -1e5]])).tolist() == [[1.0, 0.0]]


def test_log_loss_is_scikit_learns_and_finite_for_an_impossible_label() -> None:
    margins, truth = drawn(60, 3, seed=9)
    probabilities = softmax(margins)
    assert log_losses(probabilities, truth).mean() == pytest.approx(
        their_log_loss(truth, probabilities, labels=range(3))
    )
    assert np.isfinite(log_losses(np.array([[1.0, 0.0]]), np.array([1]))).all()
