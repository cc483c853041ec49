"""NAB's own scoring: sigmoid-weighted first detections, false positives, profiles, thresholds. Runs no detector.

After the scorer of the Numenta Anomaly Benchmark (Lavin and Ahmad, 2015): in each labelled window only the best placed
detection counts, worth more the earlier it is; each detection outside costs, less so right after a window; a window
without a detection costs. The first 15 % of a file (at most 750 rows) are for learning and are not scored.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["PROFILES", "Judged", "Profile", "best_threshold", "cross_fitted", "normalised", "raw_score"]

# NAB's own: 15 % of the file, counted as if no file were longer than 5,000 rows.
_PROBATION_SHARE = 0.15
_PROBATION_ROWS = 5000
_NOTHING = math.inf  # a threshold that no score reaches: the null detector


@dataclass(frozen=True, slots=True)
class Profile:
    """What an application cares for: the worth of a detection, the cost of a false one and of a missed window."""

    name: str
    detection: float
    false_alert: float
    miss: float


PROFILES = (
    Profile("standard", 1.0, 0.11, 1.0),
    Profile("low false positives", 1.0, 0.22, 1.0),
    Profile("low false negatives", 1.0, 0.11, 2.0),
)


@dataclass(frozen=True, slots=True)
class Judged:
    """One file's scores and labels.

    Parameters
    ----------
    score : ndarray of float64, shape (n,)
        The detector's score; higher is more anomalous.
    windows : sequence of (int, int)
        Labelled windows as first and last row, both included, in order.
    """

    score: NDArray[np.float64]
    windows: Sequence[tuple[int, int]]

    @property
    def first_scored(self) -> int:
        """The first row after the probationary period."""
        return math.floor(_PROBATION_SHARE * min(len(self.score), _PROBATION_ROWS))

    def placed(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return what a detection at each row is worth before the profile's weights, and its window (-1 outside).

        Returns
        -------
        worth : ndarray of float64, shape (n,)
            In (0, 1] inside a window (1 at its first row), in [-1, 0) outside.
        window : ndarray of int64, shape (n,)
        """
        n = len(self.score)
        worth, window = np.full(n, -1.0), np.full(n, -1, dtype=np.int64)
        row = np.arange(n)
        for number, (first, last) in enumerate(self.windows):
            inside = (row >= first) & (row <= last)
            width = last - first + 1
            worth[inside] = _sigmoid(-(last - row[inside] + 1) / width) / _sigmoid(np.array([-1.0]))[0]
            window[inside] = number
            worth[row > last] = _sigmoid((row[row > last] - last) / max(width - 1, 1))
        return worth, window


def _sigmoid(position: NDArray[np.float64]) -> NDArray[np.float64]:
    """NAB's scaled sigmoid of the place relative to a window: left edge -1, right edge 0, beyond three widths -1."""
    value = 2.0 / (1.0 + np.exp(5.0 * np.minimum(position, 4.0))) - 1.0
    return np.where(position > 3.0, -1.0, value)


def raw_score(files: Sequence[Judged], profile: Profile, threshold: float) -> float:
    """Return NAB's score, not normalised, of the detections ``score >= threshold``."""
    total = 0.0
    for file in files:
        worth, window = file.placed()
        detected = file.score >= threshold
        detected[: file.first_scored] = False
        total += profile.false_alert * float(worth[detected & (window < 0)].sum())
        for number in _scored_windows(file, window):
            hits = worth[detected & (window == number)]
            total += profile.detection * float(hits.max()) if len(hits) else -profile.miss
    return total


def normalised(files: Sequence[Judged], profile: Profile, threshold: float) -> float:
    """Return NAB's score in points: 100 detects every window at its first row and nothing else, 0 detects nothing.

    Parameters
    ----------
    files : sequence of Judged
    profile : Profile
    threshold : float
        A row is a detection when its score is at least this.

    Returns
    -------
    float
        At most 100; below 0 where false alerts cost more than the detections are worth.
    """
    return _points(raw_score(files, profile, threshold), files, profile)


def _points(raw: float, files: Sequence[Judged], profile: Profile) -> float:
    windows = sum(len(_scored_windows(file, file.placed()[1])) for file in files)
    null, perfect = -profile.miss * windows, profile.detection * windows
    return 100.0 * (raw - null) / (perfect - null)


def _scored_windows(file: Judged, window: NDArray[np.int64]) -> list[int]:
    """Windows with a row after the probationary period: the others can be neither found nor missed."""
    return [number for number in np.unique(window[file.first_scored :]).tolist() if number >= 0]


def best_threshold(files: Sequence[Judged], profile: Profile) -> float:
    """Return the one threshold for all files that scores best; the highest of equals, infinity for 'detect nothing'.

    Notes
    -----
    One pass down the sorted scores, as NAB's sweeper does it: O(n log n).
    """
    score, gain = _gains(files, profile)
    if not len(score):
        return _NOTHING
    order = np.argsort(-score, kind="stable")
    totals = np.cumsum(gain[order])
    is_last_of_equals = np.append(np.diff(score[order]) != 0, True)
    candidates = np.flatnonzero(is_last_of_equals)
    best = candidates[np.argmax(totals[candidates])]
    return float(score[order][best]) if totals[best] > 0 else _NOTHING


def _gains(files: Sequence[Judged], profile: Profile) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each scored row's score, and what it adds once the threshold has come down to it."""
    scores, gains = [np.empty(0)], [np.empty(0)]
    for file in files:
        worth, window = file.placed()
        gain = np.where(window < 0, profile.false_alert * worth, 0.0)
        for number in _scored_windows(file, window):
            rows = np.flatnonzero((window == number) & (np.arange(len(window)) >= file.first_scored))
            rows = rows[np.argsort(-file.score[rows], kind="stable")]
            reached = np.maximum.accumulate(profile.detection * worth[rows])
            gain[rows] = np.diff(reached, prepend=-profile.miss)
        scores.append(file.score[file.first_scored :])
        gains.append(gain[file.first_scored :])
    return np.concatenate(scores), np.concatenate(gains)


def cross_fitted(files: Sequence[Judged], profile: Profile) -> float:
    """Return the points of all files when each half's threshold was chosen on the other half.

    Parameters
    ----------
    files : sequence of Judged
        In order of their path; the halves are alternate files.
    profile : Profile
    """
    halves = files[0::2], files[1::2]
    raw = sum(
        raw_score(judged, profile, best_threshold(chosen_on, profile))
        for judged, chosen_on in (halves, (halves[1], halves[0]))
    )
    return _points(raw, files, profile)
