"""Fits bags, the hidden layers that all heads share, and each head's answer from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from triage.learn.bag_kernel import Layers, Lessons, Pace, Squares, Workspace, train_on
from triage.learn.bags import Bag, to_bag
from triage.learn.lessons import Chunk, RowSource

__all__ = ["UNITS_A_BAG", "FittedBag", "HeadTruth", "fit_bag"]

# Tried on the older slices of 33,000 and of 500 to 4,000 tickets: 128 units and 16 epochs were no better, and an even
# start of the embeddings near 0 matters most.
UNITS_A_BAG = 64
_PACE = Pace(rate=0.03, dropped_features=0.5, dropped_units=0.2)
_SPREAD = 0.02
# Passes, for at most so many rows: few tickets need more of them to be learnt at all. On 27,000 tickets 4 gave .8612, 6
# .8629, 10 .8609; on 50,000 4 were as good as 6.
_EPOCHS = ((8_000, 15), (30_000, 6), (1 << 62, 4))
# Keeps AdaGrad's first steps from being as large as its rate.
_FIRST_SQUARES = 1e-3


@dataclass(frozen=True, slots=True)
class HeadTruth:
    """What one head learns.

    Parameters
    ----------
    positions : ndarray of int64 of shape (n_rows,)
        Class of each row; -1 where it is not known.
    n_classes : int
    """

    positions: NDArray[np.int64]
    n_classes: int


@dataclass(frozen=True, slots=True)
class FittedBag:
    """A bag, and how each head answers from its units.

    Parameters
    ----------
    bag : Bag
    outputs : tuple of ndarray of float32 of shape (n_units, n_classes)
        One a head.
    intercepts : tuple of ndarray of float32 of shape (n_classes,)
    """

    bag: Bag
    outputs: tuple[NDArray[np.float32], ...]
    intercepts: tuple[NDArray[np.float32], ...]


def fit_bag(
    source: RowSource,
    truths: Sequence[HeadTruth],
    row_weights: NDArray[np.float64],
    n_seeds: int,
    n_jobs: int = 1,
    n_units: int = UNITS_A_BAG,
) -> FittedBag:
    """Fit bags from several random starts, side by side in one layer; a head's answer is the mean of theirs.

    Parameters
    ----------
    source : RowSource
        The rows, from memory or made again for each pass; the answer is the same to the last bit.
    truths : sequence of HeadTruth
    row_weights : ndarray of shape (n_rows,)
        Their mean is 1.
    n_seeds : int
        At least 1.
    n_jobs : int, default=1
        Threads; more than ``n_seeds`` are of no use.
    n_units : int, default=64
        Hidden units a start.
    """
    classes = np.cumsum([0, *(truth.n_classes for truth in truths)]).astype(np.int64)
    told = np.column_stack([truth.positions for truth in truths]).astype(np.int64)
    weights = row_weights.astype(np.float32)
    known = np.flatnonzero((told >= 0).any(axis=1))
    epochs = next(passes for most, passes in _EPOCHS if source.n_rows <= most)
    starts = [_Start.drawn((source.n_features, n_units, int(classes[-1])), seed) for seed in range(n_seeds)]
    generator = np.random.default_rng(n_seeds)
    done = 0
    with Parallel(n_jobs=min(n_jobs, n_seeds), prefer="threads") as parallel:
        for _ in range(epochs):
            for chunk in source.read(generator.permutation(known)):
                lessons = Lessons(
                    chunk.starts,
                    chunk.ids,
                    chunk.values,
                    told[chunk.rows],
                    weights[chunk.rows],
                    chunk.order,
                    classes,
                    done,
                    epochs * len(known),
                )
                parallel(delayed(start.learn)(lessons, _longest(chunk)) for start in starts)
                done += len(chunk.order)
    scale = source.scale
    if scale is not None:
        for start in starts:
            # In place, as this is the largest array there is: the embeddings are for rows as they are.
            np.multiply(start.layers.embeddings, scale[:, None], out=start.layers.embeddings)
    return _side_by_side(starts, classes)


@dataclass(frozen=True, slots=True, eq=False)
class _Start:
    """One random start, and what has been learnt from there."""

    layers: Layers
    squares: Squares
    dice: NDArray[np.uint64]

    @classmethod
    def drawn(cls, sizes: tuple[int, int, int], seed: int) -> _Start:
        n_features, n_units, n_classes = sizes
        generator = np.random.default_rng(seed)
        layers = Layers(
            generator.standard_normal((n_features, n_units), np.float32),
            np.zeros(n_units, np.float32),
            generator.standard_normal((n_units, n_classes), np.float32) / np.float32(np.sqrt(n_units)),
            np.zeros(n_classes, np.float32),
        )
        # In place: of a large vocabulary this is the largest array there is.
        np.multiply(layers.embeddings, np.float32(_SPREAD), out=layers.embeddings)
        shapes = ((n_features,), (n_units,), (n_units, n_classes), (n_classes,))
        squares = Squares(*(np.full(shape, _FIRST_SQUARES, np.float32) for shape in shapes))
        return cls(layers, squares, np.array([seed], np.uint64))

    def learn(self, lessons: Lessons, longest: int) -> None:
        n_units = len(self.layers.bias)
        work = Workspace(
            level=np.zeros(n_units, np.float32),
            back=np.zeros(n_units, np.float32),
            mask=np.zeros(n_units, np.float32),
            found=np.zeros(len(self.layers.intercept), np.float32),
            kept_ids=np.zeros(longest, np.int64),
            kept_values=np.zeros(longest, np.float32),
            dice=self.dice,
        )
        train_on(lessons, self.layers, self.squares, work, _PACE)


def _longest(chunk: Chunk) -> int:
    return int(np.diff(chunk.starts).max(initial=0))


def _side_by_side(starts: Sequence[_Start], classes: NDArray[np.int64]) -> FittedBag:
    layers = [start.layers for start in starts]
    outputs = np.vstack([each.outputs / np.float32(len(starts)) for each in layers])
    intercept = np.vstack([each.intercept for each in layers]).mean(axis=0, dtype=np.float32)
    spans = [slice(first, last) for first, last in pairwise(classes.tolist())]
    return FittedBag(
        to_bag([each.embeddings for each in layers], np.concatenate([each.bias for each in layers])),
        tuple(np.ascontiguousarray(outputs[:, span]) for span in spans),
        tuple(intercept[span] for span in spans),
    )
