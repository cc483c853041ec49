"""How good the probabilities of one risk are: area under the curve, Brier score, calibration error. Chooses nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

__all__ = ["RiskScores", "area_under_curve", "score_risk"]

# As for the likeliest label, see `triage.measure.scores`.
_BINS = 15


@dataclass(frozen=True, slots=True)
class RiskScores:
    """How one risk's probabilities did on one slice, beside a row that always says the slice's own rate.

    Parameters
    ----------
    name : str
        ``breach``, ``reassignment`` or ``escalation``.
    n : int
        Incidents judged: those of which it is known how they ended.
    rate : float
        Share of those that it came true for, in [0, 1].
    auc : float
        Area under the receiver operating characteristic, in [0, 1]; .5 is chance, higher is better. NaN where it came
        true for all or none.
    brier : float
        Mean squared error of the probabilities, in [0, 1]; lower is better.
    brier_of_rate : float
        The same for who always says the rate.
    calibration_error : float
        Expected calibration error, in [0, 1]; lower is better.
    """

    name: str
    n: int
    rate: float
    auc: float
    brier: float
    brier_of_rate: float
    calibration_error: float

    def as_metrics(self) -> dict[str, float]:
        """Return the plain numbers by name, prefixed by the risk, NaN left out."""
        named = {f"risk.{self.name}.{name}": getattr(self, name) for name in _NUMBERS}
        return {name: value for name, value in named.items() if not np.isnan(value)}

    def as_document(self) -> dict[str, float | int | str | None]:
        """Return the numbers as a JSON document; NaN becomes null."""
        document: dict[str, float | int | str | None] = {"risk": self.name, "n": self.n}
        for name in _NUMBERS:
            number = float(getattr(self, name))
            document[name] = None if np.isnan(number) else number
        return document


_NUMBERS = ("rate", "auc", "brier", "brier_of_rate", "calibration_error")


def score_risk(name: str, truth: NDArray[np.float64], probabilities: NDArray[np.float64]) -> RiskScores:
    """Score one risk.

    Parameters
    ----------
    name : str
    truth : ndarray of shape (n,)
        1 or 0; NaN where it is not known, which is not judged.
    probabilities : ndarray of shape (n,)
        In [0, 1].

    Examples
    --------
    >>> scores = score_risk("breach", np.array([1.0, 0.0, 0.0, np.nan]), np.array([0.9, 0.2, 0.4, 0.5]))
    >>> scores.n, scores.auc, round(scores.brier, 3)
    (3, 1.0, 0.07)
    """
    known = ~np.isnan(truth)
    came_true, said = truth[known], probabilities[known]
    if not len(said):
        return RiskScores(name, 0, *[float("nan")] * 5)
    rate = float(came_true.mean())
    return RiskScores(
        name=name,
        n=len(said),
        rate=rate,
        auc=area_under_curve(came_true, said),
        brier=float(((said - came_true) ** 2).mean()),
        brier_of_rate=rate * (1.0 - rate),
        calibration_error=_calibration_error(came_true, said),
    )


def area_under_curve(truth: NDArray[np.float64], scores: NDArray[np.float64]) -> float:
    """Return how likely one that it came true for has a higher score than one that it did not; ties count half.

    Parameters
    ----------
    truth : ndarray of shape (n,)
        1 or 0.
    scores : ndarray of shape (n,)

    Examples
    --------
    >>> area_under_curve(np.array([1.0, 0.0, 0.0]), np.array([0.5, 0.5, 0.1]))
    0.75
    """
    n_true = int((truth == 1.0).sum())
    n_false = len(truth) - n_true
    if not n_true or not n_false:
        return float("nan")
    above = float(rankdata(scores)[truth == 1.0].sum()) - n_true * (n_true + 1) / 2
    return above / (n_true * n_false)


def _calibration_error(truth: NDArray[np.float64], said: NDArray[np.float64]) -> float:
    bins = np.minimum((said * _BINS).astype(np.int64), _BINS - 1)
    gaps = np.bincount(bins, weights=said - truth, minlength=_BINS)
    return float(np.abs(gaps).sum() / len(said))
