"""One hidden layer of rectified units over the features that all heads share: what words say together. Never fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triage.learn.rows import Row
from triage.learn.unit_kernel import fill_levels

__all__ = ["NO_BAG", "Bag"]


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

    @property
    def bits(self) -> NDArray[np.uint16]:
        """The embeddings as the kernels read them."""
        return self.embeddings.view(np.uint16)

    def levels(self, rows: Sequence[Row]) -> NDArray[np.float64]:
        """Return what the units give on rows, of shape (len(rows), n_units): their input if it is above 0, else 0."""
        found = np.empty((len(rows), self.n_units))
        for row, levels in zip(rows, found, strict=True):
            fill_levels((self.bits, self.bias), (row.ids, row.values), levels)
        return found


NO_BAG = Bag(np.zeros((0, 0), np.float16), np.zeros(0, np.float32))
