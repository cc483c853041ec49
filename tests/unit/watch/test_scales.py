from __future__ import annotations

import numpy as np
import pytest

from triage.watch.scales import HUBER, least_scale, moved_scale


def test_scale_comes_to_the_standard_deviation_of_a_normal_residual() -> None:
    scale = 1.0
    for count, residual in enumerate(np.random.default_rng(1).normal(0.0, 3.0, 5000), start=1):
        scale = moved_scale(scale, 1e-9, float(residual), 1.0 / count)
    assert scale == pytest.approx(3.0, rel=0.1)


def test_single_residual_teaches_no_more_than_five_scales() -> None:
    assert moved_scale(2.0, 1e-9, 1e12, 0.5) == 2.0 + 0.5 * (HUBER - 1.0) * 2.0


def test_scale_is_never_nothing() -> None:
    assert least_scale(0.0) > 0.0
    assert least_scale(-1e6) == pytest.approx(1e-3)
