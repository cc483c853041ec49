"""Rows to learn from in any order, as chunks: held in memory, or made again from the incidents for every pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from triage.learn.features import Features
from triage.learn.inputs import Inputs

__all__ = ["Chunk", "HeldRows", "RowSource", "StreamedRows", "to_source"]

# Values that are held: 400 MB. A ticket of 50 words has 600, so that 80,000 of them are held.
_MOST_HELD = 50_000_000
# Rows that are made at a time: 25 MB.
_CHUNK = 4_096


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Some rows, and the order in which they are learnt from.

    Parameters
    ----------
    starts : ndarray of int64 of shape (n + 1,)
    ids : ndarray of int32
    values : ndarray of float32
        Row ``at`` of the chunk lies from ``starts[at]`` to ``starts[at + 1]``.
    rows : ndarray of int64 of shape (n,)
        Which row of the history each is.
    order : ndarray of int64
        Places in the chunk.
    """

    starts: NDArray[np.int64]
    ids: NDArray[np.int32]
    values: NDArray[np.float32]
    rows: NDArray[np.int64]
    order: NDArray[np.int64]


class RowSource(Protocol):
    """Where rows to learn from come from."""

    n_rows: int
    n_features: int

    def read(self, order: NDArray[np.int64]) -> Iterator[Chunk]:
        """Yield the rows of an order, chunk by chunk, so that the chunks' orders make up the order."""


class HeldRows:
    """Rows in memory, 8 bytes a value.

    Parameters
    ----------
    matrix : csr_array of shape (n_rows, n_features)
    """

    def __init__(self, matrix: csr_array) -> None:
        self.n_rows, self.n_features = matrix.shape
        self._starts = matrix.indptr.astype(np.int64)
        self._ids = matrix.indices.astype(np.int32, copy=False)
        self._values = matrix.data.astype(np.float32, copy=False)

    def read(self, order: NDArray[np.int64]) -> Iterator[Chunk]:
        """Yield one chunk that holds all rows."""
        yield Chunk(self._starts, self._ids, self._values, np.arange(self.n_rows), order.astype(np.int64))


class StreamedRows:
    """Rows that are made when they are learnt from: memory for one chunk, whatever the history.

    Parameters
    ----------
    features : Features
    inputs : Inputs
    chunk : int, default=4096
        Rows made at a time.
    """

    def __init__(self, features: Features, inputs: Inputs, chunk: int = _CHUNK) -> None:
        self.n_rows, self.n_features = len(inputs), len(features)
        self._features, self._inputs, self._chunk = features, inputs, chunk

    def read(self, order: NDArray[np.int64]) -> Iterator[Chunk]:
        """Yield the rows in their order, so many at a time."""
        for begin in range(0, len(order), self._chunk):
            rows = order[begin : begin + self._chunk].astype(np.int64)
            made = self._features.rows(self._inputs.take(rows.tolist()))
            yield Chunk(made.starts, made.ids, made.values.astype(np.float32), rows, np.arange(len(rows)))


def to_source(features: Features, inputs: Inputs, most_held: int = _MOST_HELD) -> RowSource:
    """Hold the rows if they have at most so many values, else stream them.

    Notes
    -----
    Making a row again takes 35 us of CPU for a ticket of 50 words, about twice what it takes to learn from it.
    """
    streamed = StreamedRows(features, inputs)
    everything = np.arange(len(inputs))
    chunks = []
    held = 0
    for chunk in streamed.read(everything):
        chunks.append(chunk)
        held += len(chunk.ids)
        # Guessed from the first rows, so that a long history is not read half in vain.
        if held / (chunk.rows[-1] + 1) * len(inputs) > most_held:
            return streamed
    sizes = np.concatenate([np.zeros(1, np.int64), *(np.diff(chunk.starts) for chunk in chunks)])
    ids = np.concatenate([np.empty(0, np.int32), *(chunk.ids for chunk in chunks)])
    values = np.concatenate([np.empty(0, np.float32), *(chunk.values for chunk in chunks)])
    return HeldRows(csr_array((values, ids, np.cumsum(sizes)), shape=(len(inputs), len(features))))
