"""Fits bags, the hidden layers that all heads share, and each head's answer from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_array

from triage.learn.bag_kernel import Layers, Lessons, Pace, Workspace, train_epochs
from triage.learn.bags import Bag

__all__ = ["UNITS_A_BAG", "FittedBag", "HeadTruth", "fit_bag"]

# Tried on the older slices of 33,000 and of 500 to 4,000 tickets: 128 units and 16 epochs were no better, and an even
# start of the embeddings near 0 matters most. Few tickets need more passes to be learnt at all.
UNITS_A_BAG = 64
_PACE = Pace(rate=0.03, dropped_features=0.3, dropped_units=0.5)
_SPREAD = 0.02
_EPOCHS, _EPOCHS_FEW, _FEW_ROWS = 8, 15, 8_000
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
    matrix: csr_array, truths: Sequence[HeadTruth], row_weights: NDArray[np.float64], n_seeds: int, n_jobs: int = 1
) -> FittedBag:
    """Fit bags from several random starts, side by side in one layer; a head's answer is the mean of theirs.

    Parameters
    ----------
    matrix : csr_array of shape (n_rows, n_features)
    truths : sequence of HeadTruth
    row_weights : ndarray of shape (n_rows,)
        Their mean is 1.
    n_seeds : int
        At least 1.
    n_jobs : int, default=1
        Threads; more than ``n_seeds`` are of no use.
    """
    jobs = (delayed(_fit_one)(matrix, truths, row_weights, seed) for seed in range(n_seeds))
    fitted = list(Parallel(n_jobs=min(n_jobs, n_seeds), prefer="threads")(jobs))
    return FittedBag(
        Bag(
            np.hstack([one.bag.embeddings for one in fitted]),
            np.concatenate([one.bag.bias for one in fitted]),
        ),
        tuple(_side_by_side([one.outputs[head] for one in fitted]) for head in range(len(truths))),
        tuple(_mean([one.intercepts[head] for one in fitted]) for head in range(len(truths))),
    )


def _side_by_side(outputs: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    return np.asarray(np.vstack(outputs) / len(outputs), np.float32)


def _mean(numbers: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    return np.asarray(np.mean(numbers, axis=0), np.float32)


def _fit_one(matrix: csr_array, truths: Sequence[HeadTruth], row_weights: NDArray[np.float64], seed: int) -> FittedBag:
    n_rows, n_features = matrix.shape
    classes = np.cumsum([0, *(truth.n_classes for truth in truths)]).astype(np.int64)
    generator = np.random.default_rng(seed)
    learnt = Layers(
        generator.standard_normal((n_features, UNITS_A_BAG), np.float32) * np.float32(_SPREAD),
        np.zeros(UNITS_A_BAG, np.float32),
        generator.standard_normal((UNITS_A_BAG, classes[-1]), np.float32) / np.float32(np.sqrt(UNITS_A_BAG)),
        np.zeros(classes[-1], np.float32),
    )
    known = np.flatnonzero(np.any([truth.positions >= 0 for truth in truths], axis=0))
    epochs = _EPOCHS if n_rows > _FEW_ROWS else _EPOCHS_FEW
    lessons = Lessons(
        matrix.indptr.astype(np.int64),
        matrix.indices.astype(np.int32),
        matrix.data.astype(np.float32),
        np.column_stack([truth.positions for truth in truths]).astype(np.int64),
        row_weights.astype(np.float32),
        np.concatenate([generator.permutation(known) for _ in range(epochs)]).astype(np.int64),
        classes,
    )
    squares = Layers(*(np.full_like(numbers, _FIRST_SQUARES) for numbers in learnt))
    train_epochs(lessons, learnt, squares, _workspace(matrix, int(classes[-1]), seed), _PACE)
    spans = [slice(classes[head], classes[head + 1]) for head in range(len(truths))]
    return FittedBag(
        Bag(learnt.embeddings.astype(np.float16), learnt.bias),
        tuple(np.ascontiguousarray(learnt.outputs[:, span]) for span in spans),
        tuple(learnt.intercept[span] for span in spans),
    )


def _workspace(matrix: csr_array, n_classes: int, seed: int) -> Workspace:
    longest = int(np.diff(matrix.indptr).max(initial=0))
    return Workspace(
        level=np.zeros(UNITS_A_BAG, np.float32),
        back=np.zeros(UNITS_A_BAG, np.float32),
        mask=np.zeros(UNITS_A_BAG, np.float32),
        found=np.zeros(n_classes, np.float32),
        kept_ids=np.zeros(longest, np.int64),
        kept_values=np.zeros(longest, np.float32),
        dice=np.array([seed], np.uint64),
    )
