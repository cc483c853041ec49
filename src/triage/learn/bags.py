"""One hidden layer of rectified units over the features that all heads share: what words say together. Never fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triage.learn.lines import empty_in_lines
from triage.learn.rows import Row
from triage.learn.unit_kernel import SHARED, Layer, fill_levels, weigh_steps

__all__ = ["NO_BAG", "Bag", "to_bag"]

# The most steps that a number has, either way.
_MOST_STEPS = 127
# Features that are rounded at a time, which bounds the room that it takes; whole groups of those that share a step.
_AT_ONCE = 1024 * SHARED


@dataclass(frozen=True, slots=True)
class Bag:
    """A learnt hidden layer.

    Parameters
    ----------
    embeddings : ndarray of int8 of shape (n_features, n_units)
        In steps: a byte a number is half the memory of half precision. What is stored is what heads are mixed with,
        judged and calibrated on.
    steps : ndarray of float32 of shape (ceil(n_features / SHARED),)
        How large a step is, for so many features next to each other.
    bias : ndarray of float32 of shape (n_units,)

    Raises
    ------
    ValueError
        There are not as many steps as that.

    Notes
    -----
    A bag of embeddings with one hidden layer, as in A. Joulin et al., "Bag of Tricks for Efficient Text
    Classification", EACL 2017, with rectified units between the bag and the answer.
    """

    embeddings: NDArray[np.int8]
    steps: NDArray[np.float32]
    bias: NDArray[np.float32]

    def __post_init__(self) -> None:
        # A kernel looks at no bounds.
        if self.embeddings.shape[1:] != self.bias.shape or len(self.steps) != -(-len(self.embeddings) // SHARED):
            raise ValueError(
                f"Embeddings of shape {self.embeddings.shape}, {len(self.steps)} steps and {len(self.bias)} biases do "
                "not fit."
            )

    @property
    def n_units(self) -> int:
        """Hidden units; 0 where the heads are linear."""
        return len(self.bias)

    @property
    def layer(self) -> Layer:
        """What the kernels read, in memory of its own; the embeddings begin with a line of it."""
        embeddings = empty_in_lines(self.embeddings.shape, np.int8)
        embeddings[:] = self.embeddings
        return Layer(embeddings, np.array(self.steps), np.array(self.bias))

    def levels(self, rows: Sequence[Row]) -> NDArray[np.float64]:
        """Return what the units give on rows, of shape (len(rows), n_units): their input if it is above 0, else 0."""
        found = np.empty((len(rows), self.n_units))
        layer = Layer(self.embeddings, self.steps, self.bias)
        for row, levels in zip(rows, found, strict=True):
            weights = np.empty(len(row.ids))
            weigh_steps(layer, (row.ids, row.values), weights)
            fill_levels(layer, (row.ids, weights), levels)
        return found


def to_bag(embeddings: Sequence[NDArray[np.float32]], bias: NDArray[np.float32]) -> Bag:
    """Return the bag of units that are given side by side, its embeddings rounded to steps.

    Parameters
    ----------
    embeddings : sequence of ndarray of float32 of shape (n_features, n_units_of_each)
    bias : ndarray of float32 of shape (n_units,)

    Examples
    --------
    >>> to_bag([np.array([[0.5], [-1.27]], np.float32)], np.zeros(1, np.float32)).embeddings
    array([[  50],
           [-127]], dtype=int8)
    """
    n_features = len(embeddings[0])
    rounded, steps = empty_in_lines((n_features, len(bias)), np.int8), []
    for begin in range(0, n_features, _AT_ONCE):
        numbers = np.hstack([each[begin : begin + _AT_ONCE] for each in embeddings])
        groups = np.arange(0, len(numbers), SHARED)
        largest = np.maximum.reduceat(np.abs(numbers).max(axis=1, initial=0.0), groups)
        # Where all are 0, any step does.
        steps.append(np.where(largest > 0.0, largest, 1.0).astype(np.float32) / np.float32(_MOST_STEPS))
        numbers /= steps[-1].repeat(SHARED)[: len(numbers), None]
        rounded[begin : begin + _AT_ONCE] = np.rint(numbers, out=numbers)
    return Bag(rounded, np.concatenate([np.empty(0, np.float32), *steps]), bias)


NO_BAG = Bag(np.zeros((0, 0), np.int8), np.zeros(0, np.float32), np.zeros(0, np.float32))
