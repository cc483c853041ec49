"""Finite-sample bounds on proportions. Pure; makes no decision."""

from __future__ import annotations

from scipy.special import betaincinv

__all__ = ["precision_lower_bound"]


def precision_lower_bound(right: int, n: int, error_rate: float = 0.05) -> float:
    """Return the one-sided Clopper-Pearson lower bound on a precision.

    Parameters
    ----------
    right, n : int
        How many of how many were right; 0 <= right <= n.
    error_rate : float, default=0.05
        In (0, 1): how often the bound may be above the truth.

    Returns
    -------
    float
        In [0, 1]; 0 when nothing was right or n is 0.

    Notes
    -----
    C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits", Biometrika 26 (1934).

    Examples
    --------
    >>> round(precision_lower_bound(59, 59), 4)  # the least error-free sample for a promise of 95 %
    0.9505
    """
    if right == 0:
        return 0.0
    return float(betaincinv(right, n - right + 1, error_rate))
