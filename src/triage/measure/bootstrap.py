"""Paired bootstrap: is one answer better than another on the same rows, or is it chance. The seed is passed in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["paired_interval"]

# Resamples: the third digit is stable.
_DRAWS = 2_000


def paired_interval(
    first: NDArray[np.float64], second: NDArray[np.float64], seed: int, error_rate: float = 0.05
) -> tuple[float, float]:
    """Return the percentile interval of ``mean(first - second)`` over resampled rows.

    Parameters
    ----------
    first, second : ndarray of shape (n,)
        A score a row, n >= 1; higher is better.
    seed : int
        The same seed gives the same interval.
    error_rate : float, default=0.05
        In (0, 1), both sides together.

    Notes
    -----
    B. Efron and R. Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.

    Examples
    --------
    >>> paired_interval(np.ones(50), np.zeros(50), seed=0)
    (1.0, 1.0)
    """
    difference = np.asarray(first, np.float64) - second
    generator = np.random.default_rng(seed)
    means = [difference[generator.integers(0, len(difference), len(difference))].mean() for _ in range(_DRAWS)]
    low, high = np.quantile(means, [error_rate / 2, 1 - error_rate / 2])
    return float(low), float(high)
