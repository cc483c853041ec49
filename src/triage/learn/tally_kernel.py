"""Goes through incidents in order: how much likelier each value made each label. Makes no arrays of its own."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from triage.compiling import compiled

__all__ = ["FEW", "MANY", "Tally", "collect_evidence", "tabulate"]

# As many rows beside a value's own as its two fields' shares, or those of all rows, count; and labels, all alike,
# beside those of all rows.
_PRIOR_ROWS, _PRIOR_LABELS = 2.0, 5.0
# Rows from which a value is no longer seldom, and from which it is frequent: each is trusted by a weight of its own.
FEW, MANY = 3.5, 32.0


class Tally(NamedTuple):
    """What is known of each value up to a row.

    Parameters
    ----------
    labels : ndarray of float32 of shape (n_values, n_labels)
        Sums of the rows' weights.
    sizes : ndarray of float64 of shape (n_values,)
    overall : ndarray of float64 of shape (n_labels,)
    members : ndarray of int32 of shape (n_keys, 2)
        The positions of a pair's two fields; -1 for a field.
    kept : ndarray of bool of shape (n_values,)
        Of which values anything is kept: not of those that are not told apart.
    shares : ndarray of float64 of shape (n_keys, n_labels)
        Scratch: the current row's.
    logs : ndarray of float64 of shape (n_labels,)
        Scratch: logarithms of the shares of all rows.
    """

    labels: NDArray[np.float32]
    sizes: NDArray[np.float64]
    overall: NDArray[np.float64]
    members: NDArray[np.int32]
    kept: NDArray[np.bool_]
    shares: NDArray[np.float64]
    logs: NDArray[np.float64]


@compiled
def _weigh_row(values: NDArray[np.int32], tally: Tally, weight: float) -> None:
    """Write the shares of a row's values, and the logarithms of those of all rows."""
    n_labels, total = len(tally.overall), 0.0
    for label in range(n_labels):
        total += tally.overall[label]
    for label in range(n_labels):
        even = _PRIOR_LABELS * weight / n_labels
        tally.logs[label] = np.log((tally.overall[label] + even) / (total + _PRIOR_LABELS * weight))
    prior = _PRIOR_ROWS * weight
    for key in range(len(values)):
        value, one, other = values[key], tally.members[key, 0], tally.members[key, 1]
        for label in range(n_labels):
            base = np.exp(tally.logs[label])
            if one >= 0:
                base = 0.5 * (tally.shares[one, label] + tally.shares[other, label])
            of_value = tally.labels[value, label] if tally.kept[value] else 0.0
            size = tally.sizes[value] if tally.kept[value] else 0.0
            tally.shares[key, label] = (of_value + prior * base) / (size + prior)


@compiled
def _bucket(tally: Tally, value: int, weight: float) -> int:
    """Return how much is known of a value: nothing (-1), little, more or much."""
    size = tally.sizes[value] / weight
    if not tally.kept[value] or size <= 0.0:
        return -1
    return int(size >= FEW) + int(size >= MANY)


@compiled
def _score_labels(tally: Tally, buckets: NDArray[np.int8], start: float, scores: NDArray[np.float64]) -> None:
    for label in range(len(scores)):
        scores[label] = tally.logs[label]
        for key in range(len(buckets)):
            if buckets[key] >= 0:
                scores[label] += start * (np.log(tally.shares[key, label]) - tally.logs[label])


@compiled
def collect_evidence(
    numbers: NDArray[np.int32],
    told: tuple[NDArray[np.int64], NDArray[np.float64]],
    tally: Tally,
    first: int,
    start: float,
    found: tuple[NDArray[np.float32], NDArray[np.int8], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]],
) -> None:
    """Fill in what each row's values said of its likeliest labels, by the rows before it alone.

    Parameters
    ----------
    numbers : ndarray of int32 of shape (n, n_keys)
    told : tuple of ndarray of shape (n,)
        The position of each row's label, and its weight, above 0.
    tally : Tally
        Added to in place.
    first : int
        The first row that anything is filled in for.
    start : float
        What a value counts while candidates are chosen.
    found : tuple of ndarray
        Filled: logarithms of ratios (n - first, n_candidates, n_keys), buckets (n - first, n_keys), candidates and
        logarithms of their shares (n - first, n_candidates). The last is scratch of shape (n_labels,).
    """
    (truth, weights), (ratios, buckets, candidates, logs, scores) = told, found
    n_keys = numbers.shape[1]
    for row in range(len(numbers)):
        at, weight = row - first, weights[row]
        if at >= 0:
            _weigh_row(numbers[row], tally, weight)
            for key in range(n_keys):
                buckets[at, key] = _bucket(tally, numbers[row, key], weight)
            _score_labels(tally, buckets[at], start, scores)
            # The truth is always among them.
            scores[truth[row]] += 1e6
            for place in range(candidates.shape[1]):
                best = int(scores.argmax())
                scores[best] = -np.inf
                candidates[at, place], logs[at, place] = best, tally.logs[best]
                for key in range(n_keys):
                    known = buckets[at, key] >= 0
                    ratios[at, place, key] = np.log(tally.shares[key, best]) - tally.logs[best] if known else 0.0
        for key in range(n_keys):
            tally.labels[numbers[row, key], truth[row]] += weight
            tally.sizes[numbers[row, key]] += weight
        tally.overall[truth[row]] += weight


@compiled
def tabulate(
    numbers: NDArray[np.int32],
    trust: NDArray[np.float64],
    tally: Tally,
    weight: float,
    is_written: NDArray[np.bool_],
    table: NDArray[np.float32],
) -> None:
    """Write what each value says of each label, by all rows.

    Parameters
    ----------
    numbers : ndarray of int32 of shape (n, n_keys)
    trust : ndarray of shape (n_keys, 3)
        What a value counts, by how much is known of it.
    tally : Tally
    weight : float
        Of the newest row.
    is_written : ndarray of bool of shape (n_values,)
        All False.
    table : ndarray of float32 of shape (n_values, n_labels)
        Filled, where a value occurs.
    """
    n_keys = numbers.shape[1]
    for row in range(len(numbers)):
        is_new = False
        for key in range(n_keys):
            is_new = is_new or not is_written[numbers[row, key]]
        if not is_new:
            continue
        _weigh_row(numbers[row], tally, weight)
        for key in range(n_keys):
            value = numbers[row, key]
            bucket = _bucket(tally, value, weight)
            if bucket >= 0 and not is_written[value]:
                for label in range(len(tally.logs)):
                    ratio = np.log(tally.shares[key, label]) - tally.logs[label]
                    table[value, label] = trust[key, bucket] * ratio
            is_written[value] = True
