"""Fits how far ahead an incident is that is near, to the rows before past ones. Judges nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from triage.foresight.lead import HALVINGS, Halving, Lead
from triage.learn.boosting import Boosting, fit_trees
from triage.measure.warnings import Window

__all__ = ["calibrated", "fit_lead"]

# Only rows before incidents tell of it, a dozen of each, all alike: smaller trees than those for the probability.
_BOOSTING = Boosting(n_trees=60, learning_rate=0.05, num_leaves=4, min_data_in_leaf=30, lambda_l2=5.0)
_LEAST_GAIN = 0.98  # calibration has seen all rows, so a little better is no better

_Floats = NDArray[np.float64]


def fit_lead(omens: _Floats, ahead_ns: NDArray[np.int64], fold: NDArray[np.int64], window: Window) -> Lead:
    """Return when incidents begin that are near.

    Parameters
    ----------
    omens : ndarray of float64 of shape (n, n_features)
        Of rows that an incident is near to.
    ahead_ns : ndarray of int64 of shape (n,)
        From the row, and the gap, to the incident.
    fold : ndarray of int64 of shape (n,)
        Rows of the same incident are in the same fold.
    window : Window

    Notes
    -----
    Of each span, the horizon first and then its half, it is learnt whether incidents that come within it come within
    its first half; so probabilities of shorter spans are never above those of longer ones. Where trees say of rows that
    they have not seen no better than one constant does, the constant stands.
    """
    halvings = []
    span_ns = window.horizon_ns
    for _ in range(HALVINGS):
        rows = np.flatnonzero(ahead_ns <= span_ns)
        halvings.append(_halving(omens[rows], 2 * ahead_ns[rows] <= span_ns, fold[rows]))
        span_ns //= 2
    return Lead(window, tuple(halvings))


def _halving(omens: _Floats, is_first: NDArray[np.bool_], fold: NDArray[np.int64]) -> Halving:
    # As if one row more had been in each half: never certain.
    constant = float(np.log((is_first.sum() + 1.0) / ((~is_first).sum() + 1.0)))
    raw, by_constant = np.zeros(len(fold)), np.zeros(len(fold))
    for held in np.unique(fold).tolist():
        answered = fold == held
        seen, first = omens[~answered], is_first[~answered]
        if not first.any() or first.all():
            return Halving(None, 0.0, constant)
        by_constant[answered] = np.log((first.sum() + 1.0) / ((~first).sum() + 1.0))
        trees = fit_trees(seen, first.astype(float), np.ones(len(seen)), _BOOSTING)
        raw[answered] = trees.scores(omens[answered])
    slope, shift = calibrated(raw, is_first)
    if _loss(slope * raw + shift, is_first) >= _LEAST_GAIN * _loss(by_constant, is_first):
        return Halving(None, 0.0, constant)
    trees = fit_trees(omens, is_first.astype(float), np.ones(len(omens)), _BOOSTING)
    return Halving(trees, slope, shift)


def calibrated(raw: _Floats, is_so: NDArray[np.bool_]) -> tuple[float, float]:
    """Return slope and shift of the log-odds by maximum likelihood, the slope drawn towards 1 and the shift to 0.

    Parameters
    ----------
    raw : ndarray of float64 of shape (n,)
        Scores of rows that whoever gave them had not seen.
    is_so : ndarray of bool of shape (n,)

    Returns
    -------
    slope, shift : float
        The slope is above 0.

    Notes
    -----
    J. Platt, "Probabilistic outputs for support vector machines", 1999, with normal priors on the logarithm of the
    slope (standard deviation 1) and on the shift (5).
    """
    sign = np.where(is_so, -1.0, 1.0)

    def loss(at: _Floats) -> float:
        log_odds = np.exp(at[0]) * raw + at[1]
        return float(np.logaddexp(0.0, sign * log_odds).sum() + at[0] ** 2 / 2 + at[1] ** 2 / 50)

    found = minimize(loss, np.zeros(2), method="Nelder-Mead").x
    return float(np.exp(found[0])), float(found[1])


def _loss(log_odds: _Floats, is_so: NDArray[np.bool_]) -> float:
    return float(np.logaddexp(0.0, np.where(is_so, -log_odds, log_odds)).mean()) if len(log_odds) else 0.0
