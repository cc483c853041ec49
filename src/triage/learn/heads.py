"""Heads: one target each, linear in the features and in the hidden units that all heads share. Never fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from triage.learn.bags import NO_BAG, Units
from triage.learn.row_kernel import add_weighted, weigh_label
from triage.learn.rows import Row
from triage.measure.calibration import Calibration

__all__ = ["Answer", "Head", "to_positions"]


@dataclass(frozen=True, slots=True)
class Answer:
    """One head's answer on one row.

    Parameters
    ----------
    probabilities : ndarray of shape (n_classes,)
        Calibrated; they sum to 1.
    """

    probabilities: NDArray[np.float64]
    _head: Head
    _row: Row
    _units: Units

    def contributions(self, label: int) -> NDArray[np.float64]:
        """Return what each feature of the row adds to a label's log-odds against the mean of all labels."""
        head, row, scale = self._head, self._row, self._head.calibration.scale
        added = np.empty(len(row.ids))
        weigh_label(head.weights, (row.ids, row.values), label, scale, added)
        if len(head.outputs):
            added += self._units.contributions(head.outputs[:, label] - head.outputs.mean(axis=1)) * scale
        return added


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

    def answer(self, row: Row, units: Units | None = None) -> Answer:
        """Answer one row, from the weights of the features present and of the units above 0 alone.

        The order of additions is fixed by the row, so the answer does not depend on what else is asked.

        Parameters
        ----------
        row : Row
        units : Units, optional
            The hidden units on that row, where the head has outputs of such.
        """
        seen = NO_BAG.units(row) if units is None else units
        return Answer(self.calibration.apply(self.margins_of(row, seen)[None, :])[0], self, row, seen)

    def margins(self, rows: Sequence[Row]) -> NDArray[np.float64]:
        """Return a linear head's uncalibrated margins of shape (len(rows), n_classes), as :meth:`answer` sees them."""
        found = [self.margins_of(row, NO_BAG.units(row)) for row in rows]
        return np.array(found).reshape(len(rows), len(self.classes))

    def probabilities(self, rows: Sequence[Row]) -> NDArray[np.float64]:
        """Return a linear head's calibrated probabilities of shape (len(rows), n_classes)."""
        return self.calibration.apply(self.margins(rows))

    def margins_of(self, row: Row, units: Units) -> NDArray[np.float64]:
        """Return uncalibrated margins of shape (n_classes,), exactly as :meth:`answer` sees them."""
        direct = self.intercept.copy()
        add_weighted(self.weights, row.ids, row.values, direct)
        return np.asarray(direct + units.level @ self.outputs) if len(units.level) else direct


def to_positions(labels: Sequence[str | None], classes: Sequence[str]) -> NDArray[np.int64]:
    """Return each label's position among the classes; -1 for a missing label or one that is not there."""
    known = {label: position for position, label in enumerate(classes)}
    return np.array([-1 if label is None else known.get(label, -1) for label in labels], np.int64)
