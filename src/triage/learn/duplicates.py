"""How likely an incident repeats its nearest earlier one. Learnt from pairs; finds no pairs itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

__all__ = ["CLOSE", "FEWEST_PAIRS", "DuplicateRule", "fit_close", "fit_linked"]

# Where nobody linked duplicates, two reports of one problem are close in time: within a day.
CLOSE = timedelta(days=1)
# With fewer pairs of either kind two numbers cannot be fitted.
FEWEST_PAIRS = 20
# Pulls the slope to 0 as one pair would: without it, kinds that do not overlap have none.
_RIDGE, _MOST_ROUNDS = 1.0, 50


@dataclass(frozen=True, slots=True)
class DuplicateRule:
    """A probability for a similarity.

    Parameters
    ----------
    basis : str
        ``linked``: the nearest earlier incidents of the history that people had, or had not, marked as repeated.
        ``close in time``: how much likelier the nearest incident of the last day is to be that similar than the nearest
        of a day a week earlier, which repeats nothing.
    intercept, slope : float
        Of the log-odds; of ``close in time``, of the log of the excess.
    pairs : int
        What it was fitted on.
    """

    basis: Literal["linked", "close in time"]
    intercept: float
    slope: float
    pairs: int

    def probability(self, similarity: float) -> float:
        """Return how likely it is a duplicate, in [0, 1].

        Examples
        --------
        >>> round(DuplicateRule("linked", -6.0, 10.0, 200).probability(0.6), 2)
        0.5
        >>> DuplicateRule("close in time", -0.2, 1.0, 200).probability(0.1)
        0.0
        """
        log = max(min(self.intercept + self.slope * similarity, 700.0), -700.0)
        if self.basis == "linked":
            return 1.0 / (1.0 + math.exp(-log))
        # Of so many that are that similar, exp(-log) are so by chance.
        return max(0.0, 1.0 - math.exp(-log))


def fit_linked(similarities: Sequence[float], linked: Sequence[bool], weights: Sequence[float]) -> DuplicateRule | None:
    """Fit on nearest earlier incidents, each linked or not; None if either are too few.

    Parameters
    ----------
    similarities : sequence of float
    linked : sequence of bool
    weights : sequence of float
        How many incidents each stands for.
    """
    are_linked = np.array(linked, bool)
    if min(are_linked.sum(), (~are_linked).sum()) < FEWEST_PAIRS:
        return None
    intercept, slope = _logistic(np.array(similarities), are_linked, np.array(weights))
    return DuplicateRule("linked", intercept, max(slope, 0.0), len(are_linked))


def fit_close(recent: Sequence[float], earlier: Sequence[float]) -> DuplicateRule | None:
    """Fit on the nearest similarities within a day, and within a day that was a week earlier; None if too few.

    Parameters
    ----------
    recent, earlier : sequence of float
        Of the same incidents, in their order.
    """
    if len(recent) < FEWEST_PAIRS:
        return None
    similarities = np.array([*recent, *earlier])
    is_recent = np.arange(len(similarities)) < len(recent)
    intercept, slope = _logistic(similarities, is_recent, np.ones(len(similarities)))
    return DuplicateRule("close in time", intercept, slope, len(recent)) if slope > 0.0 else None


def _logistic(x: NDArray[np.float64], y: NDArray[np.bool_], weights: NDArray[np.float64]) -> tuple[float, float]:
    """Fit log-odds that are linear in x by Newton's steps."""
    design = np.column_stack([np.ones(len(x)), x])
    beta = np.zeros(2)
    penalty = np.array([0.0, _RIDGE])
    for _ in range(_MOST_ROUNDS):
        chance = expit(np.clip(design @ beta, -30.0, 30.0))
        gradient = design.T @ (weights * (y - chance)) - penalty * beta
        curvature = (design.T * (weights * chance * (1.0 - chance))) @ design + np.diag(penalty + 1e-9)
        step = np.linalg.solve(curvature, gradient)
        # A long step from a flat place would jump over the hill.
        beta += step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-8:
            break
    return float(beta[0]), float(beta[1])
