"""One hidden layer of rectified units over the features that all heads share: what words say together. Never fits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triage.learn.rows import Row

__all__ = ["NO_BAG", "Bag", "Units"]


@dataclass(frozen=True, slots=True)
class Units:
    """The hidden units on one row.

    Parameters
    ----------
    added : ndarray of float32 of shape (n_row_features, n_units)
        What each feature of the row adds to each unit's input.
    level : ndarray of float32 of shape (n_units,)
        What the units give: their input where that is above 0, else 0.
    """

    added: NDArray[np.float32]
    level: NDArray[np.float32]

    def contributions(self, outputs: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return what each feature of the row adds through the units to a sum of their levels.

        Parameters
        ----------
        outputs : ndarray of shape (n_units,)
            What a unit's level is multiplied by.

        Notes
        -----
        Exact: as long as the same units are above 0, the levels are linear in the features. What the units' biases add
        belongs to no feature.
        """
        return (self.added @ np.where(self.level > 0.0, outputs, np.float32(0.0))).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Bag:
    """A learnt hidden layer.

    Parameters
    ----------
    embeddings : ndarray of float16 of shape (n_features, n_units)
        Half precision: two decimal digits less than learnt moves no probability by .001, and it is half the memory.
    bias : ndarray of float32 of shape (n_units,)

    Notes
    -----
    A bag of embeddings with one hidden layer, as in A. Joulin et al., "Bag of Tricks for Efficient Text
    Classification", EACL 2017, with rectified units between the bag and the answer.
    """

    embeddings: NDArray[np.float16]
    bias: NDArray[np.float32]

    @property
    def n_units(self) -> int:
        """Hidden units; 0 where the heads are linear."""
        return len(self.bias)

    def units(self, row: Row) -> Units:
        """Return the hidden units on a row; they depend on nothing but the row."""
        if not self.n_units:
            return Units(np.zeros((len(row.ids), 0), np.float32), self.bias)
        added = self.embeddings[row.ids].astype(np.float32) * row.values.astype(np.float32)[:, None]
        return Units(added, np.maximum(added.sum(axis=0) + self.bias, np.float32(0.0)))


NO_BAG = Bag(np.zeros((0, 0), np.float16), np.zeros(0, np.float32))
