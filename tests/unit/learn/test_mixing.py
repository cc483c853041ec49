from __future__ import annotations

import numpy as np
import pytest

from triage.learn.mixing import Mix, fit_mix
from triage.measure.calibration import log_losses, softmax


def drawn(n: int = 600) -> tuple[list[np.ndarray], np.ndarray]:
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 3, n)
    told = np.eye(3)[truth]
    return [told + generator.normal(scale=noise, size=told.shape) for noise in (0.7, 0.9)], truth


def losses(margins: np.ndarray, truth: np.ndarray) -> float:
    return float(log_losses(softmax(margins), truth).mean())


def test_mix_is_better_than_either_model() -> None:
    margins, truth = drawn()
    mixed = losses(fit_mix(margins, truth, (0.5, 0.5)).apply(margins), truth)
    for number in range(2):
        alone = fit_mix([margins[number]], truth, (1.0,))
        assert mixed < losses(alone.apply([margins[number]]), truth)


def test_shares_are_never_below_zero() -> None:
    margins, truth = drawn()
    assert min(fit_mix([margins[0], -margins[1]], truth, (0.5, 0.5)).shares) >= 0.0


def test_label_that_has_become_rarer_is_shifted_down() -> None:
    margins, truth = drawn()
    kept = (truth != 2) | (np.arange(len(truth)) % 10 == 0)
    shifts = fit_mix([each[kept] for each in margins], truth[kept], (0.5, 0.5)).shifts
    assert shifts[2] < min(shifts[:2])


def test_without_rows_the_start_holds() -> None:
    assert fit_mix([np.zeros((0, 2))] * 2, np.zeros(0, np.int64), (0.5, 0.25)) == Mix((0.5, 0.25), (0.0, 0.0))


def test_mixed_margins_are_weighted_sums() -> None:
    found = Mix((2.0, 1.0), (0.0, 0.5)).apply([np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])])
    assert found.tolist() == [[pytest.approx(5.0), pytest.approx(8.5)]]
