from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from tests.unit.learn.rounded import embeddings_of

from triage.learn.bag_fitting import UNITS_A_BAG, HeadTruth, fit_bag
from triage.learn.bags import NO_BAG, Bag, to_bag
from triage.learn.lessons import HeldRows
from triage.learn.rows import Row
from triage.learn.unit_kernel import SHARED

N_FEATURES, N_UNITS = 20, 6


def drawn_bag(seed: int = 0) -> Bag:
    generator = np.random.default_rng(seed)
    return to_bag(
        [generator.normal(size=(N_FEATURES, n_units)).astype(np.float32) for n_units in (2, N_UNITS - 2)],
        generator.normal(size=N_UNITS).astype(np.float32),
    )


some_row = st.lists(
    st.tuples(st.integers(0, N_FEATURES - 1), st.floats(-3, 3)), max_size=N_FEATURES, unique_by=lambda pair: pair[0]
).map(lambda pairs: Row(np.array([at for at, _ in pairs], np.int64), np.array([value for _, value in pairs])))


@given(st.lists(some_row, max_size=4))
def test_levels_are_the_dense_product_where_it_is_above_zero(rows: list[Row]) -> None:
    bag, dense = drawn_bag(), np.zeros((len(rows), N_FEATURES))
    for line, row in zip(dense, rows, strict=True):
        line[row.ids] = row.values
    expected = np.maximum(dense @ embeddings_of(bag) + bag.bias, 0.0)
    assert bag.levels(rows) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("n_features", [0, 1, 8, 8195])
def test_embeddings_are_rounded_to_the_nearest_step_of_those_that_share_it(n_features: int) -> None:
    drawn = np.random.default_rng(3).normal(size=(n_features, 5)).astype(np.float32)
    drawn[:8] = 0.0
    bag = to_bag([drawn[:, :2], drawn[:, 2:]], np.zeros(5, np.float32))
    steps = bag.steps.repeat(SHARED)[:n_features]
    assert (np.abs(embeddings_of(bag) - drawn) <= 0.5001 * steps[:, None]).all()
    for begin in range(8, n_features, SHARED):
        assert np.abs(bag.embeddings[begin : begin + SHARED]).max() == 127


def test_embeddings_for_kernels_begin_with_a_line_of_memory() -> None:
    bag = drawn_bag()
    assert bag.layer.embeddings.ctypes.data % 64 == 0
    assert bag.layer.embeddings.tobytes() == bag.embeddings.tobytes()


def test_arrays_that_do_not_fit_are_refused() -> None:
    bag = drawn_bag()
    for embeddings, steps in [(bag.embeddings, bag.steps[1:]), (bag.embeddings[:, 1:], bag.steps)]:
        with pytest.raises(ValueError, match="do not fit"):
            Bag(embeddings, steps, bag.bias)


def test_no_bag_has_no_units() -> None:
    assert NO_BAG.levels([Row(np.array([3, 5]), np.array([1.0, 2.0]))]).shape == (1, 0)


def table(n_rows: int = 400) -> tuple[csr_array, np.ndarray]:
    """Rows whose class is whether exactly one of two features is there: no sum of features tells."""
    generator = np.random.default_rng(1)
    pair = generator.integers(0, 2, (n_rows, 2))
    noise = generator.random((n_rows, N_FEATURES - 4)) * 0.1
    one_hot = np.column_stack([pair[:, 0], 1 - pair[:, 0], pair[:, 1], 1 - pair[:, 1]])
    return csr_array(np.column_stack([one_hot, noise])), pair.sum(axis=1) % 2


def test_bag_learns_what_no_sum_of_features_tells() -> None:
    matrix, truth = table()
    fitted = fit_bag(HeldRows(matrix), [HeadTruth(truth, 2)], np.ones(len(truth)), 2)
    rows = matrix.toarray()
    level = np.maximum(rows @ embeddings_of(fitted.bag) + fitted.bag.bias, 0.0)
    found = (level @ fitted.outputs[0] + fitted.intercepts[0]).argmax(axis=1)
    assert np.mean(found == truth) > 0.95
    assert fitted.bag.n_units == 2 * UNITS_A_BAG


def test_same_rows_give_the_same_bag_in_one_thread_and_in_two() -> None:
    matrix, truth = table(100)
    one, two = (fit_bag(HeldRows(matrix), [HeadTruth(truth, 2)], np.ones(len(truth)), 2, n_jobs) for n_jobs in (1, 2))
    assert one.bag.embeddings.tobytes() == two.bag.embeddings.tobytes()
    assert one.outputs[0].tobytes() == two.outputs[0].tobytes()


def test_rows_without_a_label_teach_their_head_nothing() -> None:
    matrix, truth = table(100)
    untold = np.full(len(truth), -1)
    fitted = fit_bag(HeldRows(matrix), [HeadTruth(truth, 2), HeadTruth(untold, 3)], np.ones(len(truth)), 1)
    assert fitted.intercepts[1].tolist() == [0.0, 0.0, 0.0]
