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

# Values that are held: 320 MB. A ticket of 50 words has 600, so that 60,000 of them are held.
_MOST_HELD = 40_000_000
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
    """Where rows to learn from come from.

    ``scale``, of shape (n_features,), is what the values that it yields were multiplied by; None where they are as rows
    have them.
    """

    n_rows: int
    n_features: int
    scale: NDArray[np.float32] | None

    def read(self, order: NDArray[np.int64]) -> Iterator[Chunk]:
        """Yield the rows of an order, chunk by chunk, so that the chunks' orders make up the order.

        Parameters
        ----------
        order : ndarray of int64 of shape (n_read,)
            Rows of the history, in the order in which they are learnt from.
        """


class HeldRows:
    """Rows in memory, 8 bytes a value.

    Parameters
    ----------
    matrix : csr_array of shape (n_rows, n_features)
    scale : ndarray of float32 of shape (n_features,) or None, default=None
        What its values were multiplied by.
    """

    def __init__(self, matrix: csr_array, scale: NDArray[np.float32] | None = None) -> None:
        self.n_rows, self.n_features = matrix.shape
        self.scale = scale
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
    scale : ndarray of float32 of shape (n_features,) or None, default=None
        Multiplies their values.
    """

    def __init__(
        self, features: Features, inputs: Inputs, chunk: int = _CHUNK, scale: NDArray[np.float32] | None = None
    ) -> None:
        self.n_rows, self.n_features, self.scale = len(inputs), len(features), scale
        self._features, self._inputs, self._chunk = features, inputs, chunk

    def read(self, order: NDArray[np.int64]) -> Iterator[Chunk]:
        """Yield the rows in their order, so many at a time."""
        for begin in range(0, len(order), self._chunk):
            rows = order[begin : begin + self._chunk].astype(np.int64)
            made = self._features.rows(self._inputs.take(rows.tolist()))
            values = made.values.astype(np.float32)
            if self.scale is not None:
                values *= self.scale[made.ids]
            yield Chunk(made.starts, made.ids, values, rows, np.arange(len(rows)))


def to_source(
    features: Features, inputs: Inputs, scale: NDArray[np.float32] | None = None, most_held: int = _MOST_HELD
) -> RowSource:
    """Hold the rows if they have at most so many values, else stream them; multiplied by the scale, if there is one.

    Parameters
    ----------
    features : Features
    inputs : Inputs
    scale : ndarray of float32 of shape (n_features,) or None, default=None
    most_held : int, default=40_000_000
        Values, of 8 bytes each.

    Notes
    -----
    Making a row again takes 35 us of CPU for a ticket of 50 words, about twice what it takes to learn from it.
    """
    streamed = StreamedRows(features, inputs, scale=scale)
    rows = np.arange(len(inputs))
    sample = next(streamed.read(rows[:: max(1, len(inputs) // _CHUNK)]), None)
    if sample is None:
        return streamed
    # Room for a tenth more than guessed; taken whole, as growing it would take the memory twice.
    room = int(1.1 * len(sample.ids) / len(sample.rows) * len(inputs)) + _CHUNK
    if room > most_held:
        return streamed
    starts, ids, values = np.zeros(len(inputs) + 1, np.int64), np.empty(room, np.int32), np.empty(room, np.float32)
    for chunk in streamed.read(rows):
        begin = starts[chunk.rows[0]]
        if begin + len(chunk.ids) > room:
            return streamed
        ids[begin : begin + len(chunk.ids)], values[begin : begin + len(chunk.ids)] = chunk.ids, chunk.values
        starts[chunk.rows + 1] = begin + chunk.starts[1:]
    held = slice(0, starts[-1])
    return HeldRows(csr_array((values[held], ids[held], starts), shape=(len(inputs), len(features))), scale)
