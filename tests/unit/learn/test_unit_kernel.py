from __future__ import annotations

import numpy as np
import pytest
from tests.unit.learn.rounded import embeddings_of

from triage.learn.bags import Bag, to_bag
from triage.learn.unit_kernel import add_through_units, fill_levels, weigh_steps

GENERATOR = np.random.default_rng(0)
IDS, VALUES = np.array([7, 0, 29, 3, 12, 8], np.int32), GENERATOR.normal(size=6)


def drawn_bag(n_units: int) -> Bag:
    drawn = GENERATOR.normal(size=(30, n_units)).astype(np.float32)
    return to_bag([drawn], GENERATOR.normal(size=n_units).astype(np.float32))


def in_steps(bag: Bag) -> tuple[np.ndarray, np.ndarray]:
    weights = np.empty(len(IDS))
    weigh_steps(bag.layer, (IDS, VALUES), weights)
    return IDS, weights


@pytest.mark.parametrize("n_units", [0, 1, 9, 37, 128])
def test_units_are_the_dense_product_and_never_below_zero(n_units: int) -> None:
    bag, levels = drawn_bag(n_units), np.empty(n_units)
    fill_levels(bag.layer, in_steps(bag), levels)
    expected = VALUES @ embeddings_of(bag)[IDS] + bag.bias
    assert levels == pytest.approx(np.maximum(expected, 0.0), abs=1e-12)
    assert n_units < 9 or (expected < 0).any()


@pytest.mark.parametrize("n_units", [0, 1, 3, 16, 37])
def test_what_features_add_through_units_is_the_dense_product(n_units: int) -> None:
    bag, through = drawn_bag(n_units), GENERATOR.normal(size=n_units).astype(np.float32)
    added = np.ones(len(IDS))
    add_through_units(bag.layer, in_steps(bag), through, added)
    assert added == pytest.approx(1.0 + (embeddings_of(bag)[IDS] @ through) * VALUES, abs=1e-5)
