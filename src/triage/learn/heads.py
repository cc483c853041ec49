"""Heads: one target each, linear in the features and in the hidden units that all heads share. Never fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from triage.learn.row_kernel import add_weighted
from triage.learn.rows import Row
from triage.measure.calibration import Calibration

__all__ = ["Head", "to_positions"]


@dataclass(frozen=True, slots=True)
class Head:
    """A learnt model of one target.

    Parameters
    ----------
    target : str
        The column it answers for.
    classes : tuple of str
        Labels, in the order of the weights' columns.
    weights : ndarray of float32 of shape (n_features, n_classes)
    intercept : ndarray of float64 of shape (n_classes,)
    calibration : Calibration
    outputs : ndarray of float32 of shape (n_units, n_classes)
        What a hidden unit's level adds to each class; no row where the head is linear.
    """

    target: str
    classes: tuple[str, ...]
    weights: NDArray[np.float32]
    intercept: NDArray[np.float64]
    calibration: Calibration
    outputs: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    def __post_init__(self) -> None:
        if not len(self.outputs):
            object.__setattr__(self, "outputs", np.zeros((0, len(self.classes)), np.float32))

    def margins(self, rows: Sequence[Row]) -> NDArray[np.float64]:
        """Return the linear part's uncalibrated margins of shape (len(rows), n_classes), as the model sees them."""
        # In a model the weights of all heads lie side by side; the kernel is compiled for weights of one.
        weights = np.ascontiguousarray(self.weights)
        found = np.repeat(self.intercept[None, :], len(rows), axis=0)
        for row, sums in zip(rows, found, strict=True):
            add_weighted(weights, row.ids, row.values, sums)
        return found

    def probabilities(self, rows: Sequence[Row]) -> NDArray[np.float64]:
        """Return a linear head's calibrated probabilities of shape (len(rows), n_classes)."""
        return self.calibration.apply(self.margins(rows))


def to_positions(labels: Sequence[str | None], classes: Sequence[str]) -> NDArray[np.int64]:
    """Return each label's position among the classes; -1 for a missing label or one that is not there."""
    known = {label: position for position, label in enumerate(classes)}
    return np.array([-1 if label is None else known.get(label, -1) for label in labels], np.int64)
