"""Calibration of a yes-or-no margin by a scale and a shift, against truths that may be likely only. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

__all__ = ["binary_losses", "fit_sigmoid"]

# Standard deviation of the normal priors on the logarithm of the scale and on the shift: as for temperatures, a slice
# without an error must not ask for endless sureness.
_PRIOR_SD = 1.0
_LEAST = 1e-15


def fit_sigmoid(margins: NDArray[np.float64], likely: NDArray[np.float64]) -> tuple[float, float]:
    """Fit a scale, above 0, and a shift, so that ``expit(margins * scale + shift)`` is calibrated.

    Parameters
    ----------
    margins : ndarray of shape (n,)
        Uncalibrated log-odds of rows that nothing was fitted on.
    likely : ndarray of shape (n,)
        The truths, 0 or 1; in between where only a probability is known.

    Returns
    -------
    tuple of float and float
        1 and 0 when there are no rows.

    Notes
    -----
    J. Platt, "Probabilistic outputs for support vector machines", 1999, with priors in place of his smoothed truths.

    Examples
    --------
    >>> scale, shift = fit_sigmoid(np.array([-4.0, 4.0] * 100), np.array([0.2, 0.8] * 100))
    >>> round(float(expit(4.0 * scale + shift)), 2)
    0.8
    """
    if not len(margins):
        return 1.0, 0.0

    def loss(point: NDArray[np.float64]) -> float:
        found = expit(margins * np.exp(point[0]) + point[1])
        return float(binary_losses(found, likely).sum() + (point @ point) / (2 * _PRIOR_SD**2))

    best = minimize(loss, np.zeros(2), method="L-BFGS-B", bounds=[(-7.0, 7.0), (-20.0, 20.0)]).x
    return float(np.exp(best[0])), float(best[1])


def binary_losses(probabilities: NDArray[np.float64], likely: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each row's expected negative log-probability; lower is better.

    Parameters
    ----------
    probabilities, likely : ndarray of shape (n,)
        What was said, and the truth or its probability.

    Examples
    --------
    >>> binary_losses(np.array([0.5]), np.array([1.0])).round(3).tolist()
    [0.693]
    """
    kept = np.clip(probabilities, _LEAST, 1.0 - _LEAST)
    return -(likely * np.log(kept) + (1.0 - likely) * np.log1p(-kept))
