from __future__ import annotations

import numpy as np
import pytest

from triage.learn.unit_kernel import add_through_units, fill_levels

GENERATOR = np.random.default_rng(0)
IDS, VALUES = np.array([7, 0, 29, 3], np.int32), GENERATOR.normal(size=4)


def drawn_halves(n_units: int) -> np.ndarray:
    return GENERATOR.normal(size=(30, n_units)).astype(np.float16)


def test_every_finite_number_in_half_precision_is_read_exactly() -> None:
    positive = np.arange(0x7C00).astype(np.uint16).view(np.float16)
    for sign in (1.0, -1.0):
        levels = np.empty(len(positive))
        layer = (positive * np.float16(sign))[None, :].view(np.uint16), np.zeros(len(positive), np.float32)
        fill_levels(layer, (np.zeros(1, np.int32), np.array([sign])), levels)
        assert levels.tolist() == positive.astype(np.float64).tolist()


def test_units_are_never_below_zero() -> None:
    embeddings, bias = drawn_halves(9), GENERATOR.normal(size=9).astype(np.float32)
    levels = np.empty(9)
    fill_levels((embeddings.view(np.uint16), bias), (IDS, VALUES), levels)
    expected = VALUES @ embeddings[IDS].astype(np.float64) + bias
    assert levels == pytest.approx(np.maximum(expected, 0.0), abs=1e-12)
    assert (expected < 0).any()


@pytest.mark.parametrize("n_units", [0, 1, 3, 16, 37])
def test_what_features_add_through_units_is_the_dense_product(n_units: int) -> None:
    embeddings, through = drawn_halves(n_units), GENERATOR.normal(size=n_units).astype(np.float32)
    added = np.ones(4)
    add_through_units(embeddings.view(np.uint16), (IDS, VALUES), through, added)
    assert added == pytest.approx(1.0 + (embeddings[IDS].astype(np.float64) @ through) * VALUES, abs=1e-5)
