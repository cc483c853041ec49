"""How well scores point out labelled stretches of a time line: AUC-PR, VUS-PR, events and alerts. Fits nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from triage.errors import UsageError

__all__ = ["EventScores", "auc_pr", "best_event_f1", "event_scores", "stretches", "vus_pr"]

_THRESHOLDS = 250  # of the surface, as its authors' own code takes them

_Labels = NDArray[np.bool_]
_Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class EventScores:
    """How alerts met labelled events.

    Parameters
    ----------
    events, found : int
        Labelled stretches, and those with an alert inside.
    alerts, false : int
        Runs of alerts, and those that touch no event.
    """

    events: int
    found: int
    alerts: int
    false: int

    @property
    def recall(self) -> float:
        """Share of events found, in [0, 1]; 0 without events."""
        return self.found / self.events if self.events else 0.0

    @property
    def precision(self) -> float:
        """Share of runs of alerts that touch an event, in [0, 1]; 0 without alerts."""
        return (self.alerts - self.false) / self.alerts if self.alerts else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of the events' recall and of found / (found + false), in [0, 1]."""
        missed = self.events - self.found
        return 2 * self.found / (2 * self.found + self.false + missed) if self.events else 0.0


def stretches(label: _Labels) -> NDArray[np.int64]:
    """Return the first row of each run of true labels and the row after its last, shape (n_runs, 2).

    Examples
    --------
    >>> stretches(np.array([False, True, True, False, True])).tolist()
    [[1, 3], [4, 5]]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], label, [False]]).astype(np.int8)))
    return edges.reshape(-1, 2)


def auc_pr(label: _Labels, score: _Floats) -> float:
    """Return the area under the precision-recall curve as the sum of precision over steps of recall, in [0, 1].

    Parameters
    ----------
    label : ndarray of bool, shape (n,)
        At least one true.
    score : ndarray of float64, shape (n,)
        Higher is more anomalous; equal scores are one step.

    Raises
    ------
    UsageError
        When no label is true, or the lengths differ.

    Examples
    --------
    >>> auc_pr(np.array([False, True, False, True]), np.array([0.1, 0.9, 0.8, 0.7])).__round__(4)
    0.8333
    """
    _check(label, score)
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(label[order])
    last_of_equals = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)
    hits, taken = hits[last_of_equals], last_of_equals + 1
    return float(np.sum(np.diff(hits, prepend=0) / hits[-1] * hits / taken))


def vus_pr(label: _Labels, score: _Floats, longest_buffer: int) -> float:
    """Return the volume under the surface of range-based precision and recall over buffer lengths, about in [0, 1].

    Parameters
    ----------
    label : ndarray of bool, shape (n,)
        At least one true.
    score : ndarray of float64, shape (n,)
        Higher is more anomalous.
    longest_buffer : int
        Buffers of 0 to so many rows are averaged over; half of one lies on each side of a labelled stretch.

    Raises
    ------
    UsageError
        When no label is true, the lengths differ, or the buffer is below 0.

    Notes
    -----
    J. Paparrizos et al., "Volume Under the Surface: A New Accuracy Evaluation Measure for Time-Series Anomaly
    Detection", PVLDB 15(11) (2022), by 250 thresholds at equal steps of rank. O(n log n + longest_buffer n).

    Examples
    --------
    >>> label = np.zeros(100, dtype=bool)
    >>> label[40:50] = True
    >>> vus_pr(label, label.astype(float), 0)
    1.0
    """
    _check(label, score)
    if longest_buffer < 0:
        raise UsageError(f"The longest buffer must be at least 0. Got {longest_buffer}.")
    order = np.argsort(-score, kind="stable")
    falling = score[order]
    thresholds = falling[np.linspace(0, len(score) - 1, _THRESHOLDS).astype(np.int64)]
    taken = np.searchsorted(-falling, -thresholds, side="right")
    areas = [_range_area(label, score, (order, taken, thresholds), buffer) for buffer in range(longest_buffer + 1)]
    return float(np.mean(areas))


def _range_area(
    label: _Labels, score: _Floats, ranked: tuple[NDArray[np.int64], NDArray[np.int64], _Floats], buffer: int
) -> float:
    """Return the area for one buffer length."""
    order, taken, thresholds = ranked
    weight = _softened(label, buffer)
    positives = int(label.sum())
    hits = np.cumsum(weight[order])[taken - 1]
    beside = np.cumsum(np.where(label, 0.0, weight)[order])[taken - 1]
    recall = np.minimum(hits / (positives + beside / 2.0), 1.0)
    highest = np.sort([score[begin:end].max() for begin, end in _widened(label, buffer)])
    exists = 1.0 - np.searchsorted(highest, thresholds, side="left") / len(highest)
    return float(np.dot(np.diff(recall * exists, prepend=0.0), hits / taken))


def _softened(label: _Labels, buffer: int) -> _Floats:
    """Return 1 inside labelled stretches and, half a buffer before and after, a weight that falls with the distance."""
    weight = label.astype(np.float64)
    half = buffer // 2
    fall = np.sqrt(1.0 - np.arange(1, half + 1) / max(buffer, 1))
    n = len(label)
    for begin, end in stretches(label).tolist():
        after, before = min(half, n - end), min(half, begin)
        weight[end : end + after] += fall[:after]
        weight[begin - before : begin] += fall[:before][::-1]
    return np.minimum(weight, 1.0)


def _widened(label: _Labels, buffer: int) -> list[tuple[int, int]]:
    """Return the stretches with half a buffer on each side; those that then overlap are one, as by the authors."""
    half = buffer // 2
    wide: list[tuple[int, int]] = []
    for begin, end in stretches(label).tolist():
        if wide and begin - half < wide[-1][1]:
            wide[-1] = (wide[-1][0], end + half)
        else:
            wide.append((max(begin - half, 0), end + half))
    return wide


def event_scores(label: _Labels, alert: _Labels, coalesced: int = 0, ahead: int = 0) -> EventScores:
    """Set alerts against labelled stretches. An alert is the moment at which a run of alerts begins.

    Parameters
    ----------
    label, alert : ndarray of bool, shape (n,)
    coalesced : int, default=0
        Alerts with at most so many rows without one between them are one run.
    ahead : int, default=0
        A run that begins at most so many rows before a stretch belongs to it.

    Notes
    -----
    Only the beginning counts, so that an alarm that never ends is one false alert and finds nothing.

    Examples
    --------
    >>> label, alert = np.zeros(9, dtype=bool), np.zeros(9, dtype=bool)
    >>> label[2:5] = alert[4] = alert[7] = True
    >>> event_scores(label, alert)
    EventScores(events=1, found=1, alerts=2, false=1)
    """
    events = stretches(label)
    begins = _begins(np.flatnonzero(alert), coalesced)
    first, after = np.searchsorted(begins, events[:, 0] - ahead), np.searchsorted(begins, events[:, 1])
    belongs = np.zeros(len(begins) + 1, dtype=np.int64)
    np.add.at(belongs, first, 1)
    np.add.at(belongs, after, -1)
    n_true = int((np.cumsum(belongs)[:-1] > 0).sum())
    return EventScores(len(events), int((after > first).sum()), len(begins), len(begins) - n_true)


def _begins(rows: NDArray[np.int64], coalesced: int) -> NDArray[np.int64]:
    return rows[np.diff(rows, prepend=-coalesced - 2) > coalesced + 1]


def best_event_f1(label: _Labels, score: _Floats, coalesced: int = 0, ahead: int = 0) -> float:
    """Return the best F1 over events that a threshold on the score can reach, in [0, 1].

    Parameters
    ----------
    label : ndarray of bool, shape (n,)
        At least one true.
    score : ndarray of float64, shape (n,)
        Higher is more anomalous.
    coalesced, ahead : int, default=0
        See `event_scores`.

    Raises
    ------
    UsageError
        When no label is true, or the lengths differ.

    Notes
    -----
    Tries the scores at 250 geometric steps of rank, so that the few highest are all tried.

    Examples
    --------
    >>> best_event_f1(np.array([False, True, True, False]), np.array([0.1, 0.2, 0.9, 0.3]))
    1.0
    """
    _check(label, score)
    falling = np.sort(score)[::-1]
    ranks = np.unique(np.geomspace(1, len(score), _THRESHOLDS).astype(np.int64)) - 1
    return max(event_scores(label, score >= threshold, coalesced, ahead).f1 for threshold in np.unique(falling[ranks]))


def _check(label: _Labels, score: _Floats) -> None:
    if label.shape != score.shape or label.ndim != 1 or not label.any():
        raise UsageError(
            "Labels and scores must be of one length, with a true label among them. "
            f"Got shapes {label.shape} and {score.shape}, {int(label.sum())} true."
        )
