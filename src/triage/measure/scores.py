"""How good probabilities are: accuracy, macro-F1, top-3, calibration error, coverage at a promise. Chooses nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["CoverageCurve", "HeadScores", "Promise", "Reliability", "commonest", "macro_f1", "score_head"]

# Fifteen equal-width bins: the common choice since Guo et al., "On Calibration of Modern Neural Networks" (2017).
_RELIABILITY_BINS = 15


@dataclass(frozen=True, slots=True)
class Promise:
    """A promised precision and the threshold that is to keep it.

    Parameters
    ----------
    precision : float
        In (0, 1).
    threshold : float or None
        The least probability that is labelled automatically; None for never.
    barred : ndarray of bool of shape (n,) or None, default=None
        Rows that are not labelled automatically, whatever their probability; None for no such rows.
    chosen : ndarray of int64 of shape (n,) or None, default=None
        The label that is answered in each row; None for the likeliest.
    """

    precision: float
    threshold: float | None
    barred: NDArray[np.bool_] | None = None
    chosen: NDArray[np.int64] | None = None


@dataclass(frozen=True, slots=True)
class CoverageCurve:
    """What share of rows is labelled, and how precisely, as the threshold falls.

    Parameters
    ----------
    threshold, coverage, precision : ndarray of shape (n_points,)
        All in [0, 1]; thresholds fall from left to right.
    """

    threshold: NDArray[np.float64]
    coverage: NDArray[np.float64]
    precision: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reliability:
    """Mean confidence against the share that was right, in bins of equal width.

    Parameters
    ----------
    confidence, accuracy : ndarray of shape (n_bins,)
        In [0, 1]; NaN in an empty bin.
    count : ndarray of shape (n_bins,)
        Rows in each bin.
    """

    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    count: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class HeadScores:
    """How one target's probabilities did on one slice, beside the row that always says the commonest label.

    Parameters
    ----------
    target : str
        The column that was predicted.
    n : int
        Rows judged: those whose true label is known.
    accuracy, macro_f1, top3 : float
        In [0, 1]; higher is better. Macro-F1 is over the labels that occur or were predicted in the slice.
    calibration_error : float
        Expected calibration error of the likeliest label, in [0, 1]; lower is better.
    promise : float
        The precision that was promised, in (0, 1).
    coverage : float
        Share of rows labelled automatically, in [0, 1].
    precision : float
        Share of those that were right; NaN when none was labelled.
    majority_accuracy, majority_macro_f1 : float
        The same scores for the commonest training label.
    classes : tuple of str
        Names of the confusion matrix's rows and columns.
    confusion : ndarray of shape (n_classes, n_classes)
        Rows are true labels, columns predicted ones.
    curve : CoverageCurve
    reliability : Reliability
    """

    target: str
    n: int
    accuracy: float
    macro_f1: float
    top3: float
    calibration_error: float
    promise: float
    coverage: float
    precision: float
    majority_accuracy: float
    majority_macro_f1: float
    classes: tuple[str, ...]
    confusion: NDArray[np.int64]
    curve: CoverageCurve
    reliability: Reliability

    def as_metrics(self) -> dict[str, float]:
        """Return the plain numbers by name, prefixed by the target, NaN left out."""
        named = {f"{self.target}.{name}": float(getattr(self, name)) for name in _NUMBERS}
        return {name: value for name, value in named.items() if not np.isnan(value)}

    def as_document(self) -> dict[str, float | int | str | None]:
        """Return the plain numbers as a JSON document; NaN becomes null."""
        document: dict[str, float | int | str | None] = {"target": self.target, "n": self.n}
        for name in _NUMBERS:
            number = float(getattr(self, name))
            document[name] = None if np.isnan(number) else number
        return document


_NUMBERS = (
    "accuracy",
    "macro_f1",
    "top3",
    "calibration_error",
    "promise",
    "coverage",
    "precision",
    "majority_accuracy",
    "majority_macro_f1",
)


def score_head(
    target: str,
    classes: Sequence[str],
    truth: NDArray[np.int64],
    probabilities: NDArray[np.float64],
    *,
    majority: int,
    promise: Promise,
) -> HeadScores:
    """Score one target's probabilities on one slice.

    Parameters
    ----------
    target : str
        The column that was predicted.
    classes : sequence of str
        Labels, in the order of the columns of ``probabilities``, then those that occur only in the slice.
    truth : ndarray of shape (n,)
        Positions in ``classes``.
    probabilities : ndarray of shape (n, n_known_classes)
        Rows sum to 1.
    majority : int
        The commonest label of the training rows.
    promise : Promise

    Examples
    --------
    >>> import numpy as np
    >>> p = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
    >>> scores = score_head("topic", ["a", "b"], np.array([0, 1, 1]), p, majority=0, promise=Promise(0.9, 0.7))
    >>> round(scores.accuracy, 3), round(scores.coverage, 3), scores.precision
    (0.667, 0.667, 1.0)
    """
    n = len(truth)
    predicted = probabilities.argmax(axis=1) if promise.chosen is None else promise.chosen
    confidence = probabilities[np.arange(n), predicted]
    correct = predicted == truth
    automatic = np.zeros(n, bool) if promise.threshold is None else confidence >= promise.threshold
    if promise.barred is not None:
        automatic &= ~promise.barred
    confusion = _count_pairs(truth, predicted, len(classes))
    constant = _count_pairs(truth, np.full(n, majority), len(classes))
    reliability = _bin_reliability(confidence, correct)
    return HeadScores(
        target=target,
        n=n,
        accuracy=_share(correct),
        macro_f1=_macro_f1_of(confusion),
        top3=_share((np.argsort(-probabilities, axis=1, kind="stable")[:, :3] == truth[:, None]).any(axis=1)),
        calibration_error=_calibration_error(reliability),
        promise=promise.precision,
        coverage=_share(automatic),
        precision=_share(correct[automatic]),
        majority_accuracy=_share(truth == majority),
        majority_macro_f1=_macro_f1_of(constant),
        classes=tuple(classes),
        confusion=confusion,
        curve=_trace_coverage(confidence, correct),
        reliability=reliability,
    )


def commonest(labels: Iterable[str | None]) -> str:
    """Return the commonest label, the first by name among equals; missing ones are not counted.

    Examples
    --------
    >>> commonest(["b", None, "a", "b", "a", None])
    'a'
    """
    counts = Counter(label for label in labels if label is not None)
    return min(counts, key=lambda label: (-counts[label], label))


def macro_f1(truth: NDArray[np.int64], predicted: NDArray[np.int64]) -> float:
    """Return the mean F1 over the labels that occur or were predicted; in [0, 1], NaN without rows.

    Parameters
    ----------
    truth, predicted : ndarray of int64 of shape (n,)
        Class positions, from 0.

    Examples
    --------
    >>> macro_f1(np.array([0, 0, 1]), np.array([0, 0, 0]))
    0.4
    """
    n_classes = 1 + int(max(truth.max(initial=0), predicted.max(initial=0)))
    return _macro_f1_of(_count_pairs(truth, predicted, n_classes))


def _macro_f1_of(confusion: NDArray[np.int64]) -> float:
    hits = np.diag(confusion)
    seen = confusion.sum(axis=1) + confusion.sum(axis=0)
    return float((2 * hits[seen > 0] / seen[seen > 0]).mean()) if seen.any() else float("nan")


def _share(flags: NDArray[np.bool_]) -> float:
    return float(flags.mean()) if len(flags) else float("nan")


def _count_pairs(truth: NDArray[np.int64], predicted: NDArray[np.int64], n_classes: int) -> NDArray[np.int64]:
    return np.bincount(truth * n_classes + predicted, minlength=n_classes**2).reshape(n_classes, n_classes)


def _bin_reliability(confidence: NDArray[np.float64], correct: NDArray[np.bool_]) -> Reliability:
    bins = np.minimum((confidence * _RELIABILITY_BINS).astype(np.int64), _RELIABILITY_BINS - 1)
    count = np.bincount(bins, minlength=_RELIABILITY_BINS)
    with np.errstate(invalid="ignore"):
        mean_confidence = np.bincount(bins, weights=confidence, minlength=_RELIABILITY_BINS) / count
        share_correct = np.bincount(bins, weights=correct, minlength=_RELIABILITY_BINS) / count
    return Reliability(mean_confidence, share_correct, count)


def _calibration_error(reliability: Reliability) -> float:
    filled = reliability.count > 0
    if not filled.any():
        return float("nan")
    gap = np.abs(reliability.confidence[filled] - reliability.accuracy[filled])
    return float(np.average(gap, weights=reliability.count[filled]))


def _trace_coverage(confidence: NDArray[np.float64], correct: NDArray[np.bool_]) -> CoverageCurve:
    order = np.argsort(-confidence, kind="stable")
    ranked, hits = confidence[order], np.cumsum(correct[order])
    # Rows of equal confidence are labelled together, so only the last of a tie is a point of the curve.
    ends = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True)) if len(ranked) else np.zeros(0, np.int64)
    labelled = ends + 1
    return CoverageCurve(ranked[ends], labelled / max(len(ranked), 1), hits[ends] / labelled)
