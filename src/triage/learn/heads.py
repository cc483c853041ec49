"""Linear heads: one target each, over the features that all heads share. Answers rows; never fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
    weighted : ndarray of shape (n_row_features, n_classes)
        What each feature of the row adds to each class's log-odds.
    """

    probabilities: NDArray[np.float64]
    weighted: NDArray[np.float64]

    def contributions(self, label: int) -> list[float]:
        """Return what each feature adds to a label against the mean of all labels."""
        against_mean = self.weighted[:, label] - self.weighted.mean(axis=1)
        return [float(amount) for amount in against_mean]


@dataclass(frozen=True, slots=True)
class Head:
    """A learnt linear model of one target.

    Parameters
    ----------
    target : str
        The column it answers for.
    classes : tuple of str
        Labels, in the order of the weights' columns.
    weights : ndarray of float32 of shape (n_features, n_classes)
    intercept : ndarray of float64 of shape (n_classes,)
    calibration : Calibration
    """

    target: str
    classes: tuple[str, ...]
    weights: NDArray[np.float32]
    intercept: NDArray[np.float64]
    calibration: Calibration

    def answer(self, row: Row) -> Answer:
        """Answer one row, from the weights of the features present alone.

        The order of additions is fixed by the row, so the answer does not depend on what else is asked.
        """
        weighted = self.weights[row.ids] * row.values[:, None]
        margins = weighted.sum(axis=0) + self.intercept
        return Answer(self.calibration.apply(margins[None, :])[0], weighted * self.calibration.scale)

    def margins(self, rows: Sequence[Row]) -> NDArray[np.float64]:
        """Return uncalibrated margins of shape (len(rows), n_classes), each exactly as :meth:`answer` sees it."""
        found = [(self.weights[row.ids] * row.values[:, None]).sum(axis=0) for row in rows]
        return np.array(found).reshape(len(rows), len(self.classes)) + self.intercept

    def probabilities(self, rows: Sequence[Row]) -> NDArray[np.float64]:
        """Return calibrated probabilities of shape (len(rows), n_classes)."""
        return self.calibration.apply(self.margins(rows))


def to_positions(labels: Sequence[str | None], classes: Sequence[str]) -> NDArray[np.int64]:
    """Return each label's position among the classes; -1 for a missing label or one that is not there."""
    known = {label: position for position, label in enumerate(classes)}
    return np.array([-1 if label is None else known.get(label, -1) for label in labels], np.int64)
