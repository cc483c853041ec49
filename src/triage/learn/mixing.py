"""How much each of several models of one target counts, and which labels have become commoner since. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from triage.measure.calibration import log_losses, softmax

__all__ = ["Mix", "fit_mix"]

# How firmly shares stay at their start, and labels where they are, against that many rows of evidence. Shifts of labels
# that are not held back fit the month they were fitted on.
_SHARE_PRIOR, _SHIFT_PRIOR = 3.0, 30.0


@dataclass(frozen=True, slots=True)
class Mix:
    """Shares of several models' margins, and a shift for each class.

    Parameters
    ----------
    shares : tuple of float
        One a model, at least 0.
    shifts : tuple of float
        One a class: what is added to its mixed margin.
    """

    shares: tuple[float, ...]
    shifts: tuple[float, ...]

    def apply(self, margins: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
        """Return mixed margins.

        Parameters
        ----------
        margins : sequence of ndarray of float64 of shape (n, n_classes)
            Each model's, in the order of the shares.

        Returns
        -------
        ndarray of float64 of shape (n, n_classes)
        """
        mixed = sum(share * each for share, each in zip(self.shares, margins, strict=True))
        return np.asarray(mixed + np.array(self.shifts))


def fit_mix(margins: Sequence[NDArray[np.float64]], truth: NDArray[np.int64], start: Sequence[float]) -> Mix:
    """Find shares and shifts by penalised likelihood.

    Parameters
    ----------
    margins : sequence of ndarray of shape (n, n_classes)
        Each model's margins, on rows that none of them was fitted on.
    truth : ndarray of shape (n,)
        Class positions.
    start : sequence of float
        The shares that hold as long as nothing speaks against them.

    Returns
    -------
    Mix
        The start, with no shift, when there are no rows.

    Notes
    -----
    Stacking of log-linear models (D. Wolpert, "Stacked Generalization", 1992) with non-negative shares (L. Breiman,
    "Stacked Regressions", 1996). Cost: some 30 passes over the margins.

    Examples
    --------
    >>> right = np.array([[2.0, 0.0], [0.0, 2.0]] * 50)
    >>> mix = fit_mix([right, -right], np.array([0, 1] * 50), [0.5, 0.5])
    >>> mix.shares[0] > 1.0, mix.shares[1]
    (True, 0.0)
    """
    n_models, n_classes = len(margins), margins[0].shape[1]
    if not len(truth):
        return Mix(tuple(start), (0.0,) * n_classes)
    stacked = np.stack(margins)
    told = np.zeros((len(truth), n_classes))
    told[np.arange(len(truth)), truth] = 1.0

    def loss(point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        moved, shifts = point[:n_models] - np.array(start), point[n_models:]
        found = softmax(np.tensordot(point[:n_models], stacked, 1) + shifts)
        excess = found - told
        penalty = _SHARE_PRIOR * float(moved @ moved) + _SHIFT_PRIOR * float(shifts @ shifts)
        slopes = np.concatenate(
            [
                np.tensordot(stacked, excess, 2) + 2.0 * _SHARE_PRIOR * moved,
                excess.sum(axis=0) + 2.0 * _SHIFT_PRIOR * shifts,
            ]
        )
        return float(log_losses(found, truth).sum()) + penalty, slopes

    first = np.concatenate([np.array(start, np.float64), np.zeros(n_classes)])
    bounds = [(0.0, None)] * n_models + [(None, None)] * n_classes
    best = minimize(loss, first, jac=True, bounds=bounds, method="L-BFGS-B").x
    return Mix(tuple(best[:n_models].tolist()), tuple(best[n_models:].tolist()))
