from __future__ import annotations

import numpy as np
import pytest
from tests.histories import COLUMNS, as_inputs, constructed_history

from triage.learn.features import fit_features
from triage.learn.lessons import Chunk, HeldRows, RowSource, StreamedRows, to_source
from triage.learn.rows import to_matrix

INPUTS = as_inputs(constructed_history(60))
FEATURES = fit_features(INPUTS, COLUMNS)
ORDER = np.random.default_rng(0).permutation(60)[:50]


def held() -> HeldRows:
    return HeldRows(to_matrix(FEATURES.rows(INPUTS), len(FEATURES)))


def visited(source: RowSource) -> list[tuple[int, bytes, bytes]]:
    """Return which row of the history comes when, with its features."""
    return [one for chunk in source.read(ORDER) for one in rows_of(chunk)]


def rows_of(chunk: Chunk) -> list[tuple[int, bytes, bytes]]:
    spans = [(at, slice(chunk.starts[at], chunk.starts[at + 1])) for at in chunk.order.tolist()]
    return [(int(chunk.rows[at]), chunk.ids[span].tobytes(), chunk.values[span].tobytes()) for at, span in spans]


@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_streamed_rows_come_as_held_ones_do(chunk: int) -> None:
    assert visited(StreamedRows(FEATURES, INPUTS, chunk)) == visited(held())


def test_few_rows_are_held_and_are_the_same() -> None:
    source = to_source(FEATURES, INPUTS)
    assert isinstance(source, HeldRows)
    assert (source.n_rows, source.n_features) == (60, len(FEATURES))
    assert visited(source) == visited(held())


def test_rows_that_would_not_fit_are_streamed() -> None:
    assert isinstance(to_source(FEATURES, INPUTS, most_held=100), StreamedRows)


@pytest.mark.parametrize("most_held", [100, 1_000_000])
def test_values_are_multiplied_by_a_scale_whether_held_or_streamed(most_held: int) -> None:
    scale = np.random.default_rng(1).random(len(FEATURES)).astype(np.float32)
    source = to_source(FEATURES, INPUTS, scale, most_held)
    assert source.scale is scale
    by_scale, plain = visited(source), visited(held())
    for (_, ids, values), (_, plain_ids, plain_values) in zip(by_scale, plain, strict=True):
        assert ids == plain_ids
        expected = np.frombuffer(plain_values, np.float32) * scale[np.frombuffer(ids, np.int32)]
        assert values == expected.tobytes()
