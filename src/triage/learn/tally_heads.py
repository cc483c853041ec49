"""Fits heads whose weights are statistics: how much likelier a label is with a value, and how far that is trusted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_array

from triage.learn.features import Features
from triage.learn.heads import Head, to_positions
from triage.learn.linear import row_weights
from triage.learn.tally_kernel import Tally, collect_evidence, tabulate
from triage.measure.calibration import Calibration, softmax

__all__ = ["fit_tally_head"]

_Floats = NDArray[np.float64]

_HALF_LIFE = 0.5
# The oldest rows have nothing before them to tell from.
_SHARE_SKIPPED = 0.1
# Bound the time and the memory of the fit: 130 MB at 96 fields and pairs.
_MOST_ROWS, _MOST_CANDIDATES = 20_000, 16
# How firmly trust stays at its start, and passes over the rows until it has settled to the third digit of accuracy.
_TRUST_PRIOR, _MOST_ITERATIONS = 3.0, 60
_N_BUCKETS = 3
# What all fields and pairs together count at the start: they repeat one another.
_TRUST = 2.0


def fit_tally_head(target: str, features: Features, matrix: csr_array, labels: Sequence[str | None]) -> Head:
    """Fit a head on fields and their pairs; it is not calibrated.

    Parameters
    ----------
    target : str
    features : Features
        Without text.
    matrix : csr_array of shape (n_rows, n_features)
        Those of the rows, oldest first.
    labels : sequence of (str or None)
        A label a row, at least two different ones; None where it is not known.

    Returns
    -------
    Head
        Linear: a value's weight is the logarithm of its smoothed share of the label over that of all rows, times what
        its field or pair is trusted by so many rows.

    Notes
    -----
    Trust is fitted as a conditional logit (D. McFadden, 1974) over each row's likeliest labels, on ratios made of the
    rows before it alone, as ordered target statistics are (L. Prokhorenkova et al., "CatBoost", NeurIPS 2018). Cost:
    rows times labels times fields and pairs, twice, 10 ns each, and 60 passes over at most 20,000 rows.
    """
    known = np.array([label is not None for label in labels])
    classes = tuple(sorted({label for label in labels if label is not None}))
    truth = to_positions(labels, classes)[known]
    weights = row_weights(len(labels), _HALF_LIFE)[known]
    n_keys = len(features.fields.values)
    numbers = np.ascontiguousarray(matrix.indices.reshape(-1, n_keys)[known], np.int32)
    values = matrix.data[:n_keys]
    tally = _new_tally(features, len(classes))
    trust, of_logs = _fit_trust(numbers, truth, weights, tally)
    table = np.zeros((len(features), len(classes)), np.float32)
    tabulate(numbers, trust / values[:, None], tally, float(weights[-1]), np.zeros(len(features), np.bool_), table)
    return Head(target, classes, table, of_logs * tally.logs, Calibration())


def _new_tally(features: Features, n_labels: int) -> Tally:
    crossed, n_keys = features.crossed, len(features.fields.values)
    members = np.full((n_keys, 2), -1, np.int32)
    members[n_keys - len(crossed.members) :] = crossed.members
    kept = np.ones(len(features), np.bool_)
    # Rare ones are not told apart; a pair that is missing says nothing beyond the value that is.
    kept[crossed.missing + 1] = False
    kept[crossed.own] = kept[crossed.own + 1] = False
    return Tally(
        np.zeros((len(features), n_labels), np.float32),
        np.zeros(len(features)),
        np.zeros(n_labels),
        members,
        kept,
        np.zeros((n_keys, n_labels)),
        np.zeros(n_labels),
    )


def _fit_trust(
    numbers: NDArray[np.int32], truth: NDArray[np.int64], weights: _Floats, tally: Tally
) -> tuple[_Floats, float]:
    """Return what each field and pair counts by how much is known of the value, and what the shares of all rows do."""
    n_keys = numbers.shape[1]
    first = max(round(_SHARE_SKIPPED * len(truth)), len(truth) - _MOST_ROWS)
    n_rows, n_candidates = len(truth) - first, min(_MOST_CANDIDATES, len(tally.overall))
    start = _TRUST / n_keys
    ratios = np.empty((n_rows, n_candidates, n_keys), np.float32)
    buckets = np.empty((n_rows, n_keys), np.int8)
    candidates, logs = np.empty((n_rows, n_candidates), np.int64), np.empty((n_rows, n_candidates))
    found = (ratios, buckets, candidates, logs, np.empty(len(tally.overall)))
    collect_evidence(numbers, (truth, weights), tally, first, start, found)
    is_in = np.stack([buckets == bucket for bucket in range(_N_BUCKETS)], axis=2)
    told = (candidates == truth[first:, None]).astype(np.float64)
    counts = weights[first:] / weights[first:].mean()

    def loss(point: _Floats) -> tuple[float, _Floats]:
        moved = point[1:] - start
        trusted = (is_in * point[1:].reshape(n_keys, _N_BUCKETS)).sum(axis=2).astype(np.float32)
        said = softmax(point[0] * logs + np.matmul(ratios, trusted[:, :, None])[:, :, 0])
        excess = (said - told) * counts[:, None]
        slopes = np.matmul(excess[:, None, :].astype(np.float32), ratios)[:, 0]
        of_trust = np.stack([(slopes * is_in[:, :, bucket]).sum(axis=0) for bucket in range(_N_BUCKETS)], axis=1)
        losses = -np.log(np.maximum((said * told).sum(axis=1), 1e-12)) @ counts
        steepness = np.concatenate([[(excess * logs).sum()], of_trust.ravel() + 2.0 * _TRUST_PRIOR * moved])
        return float(losses + _TRUST_PRIOR * (moved @ moved)), steepness

    at_first = np.concatenate([[1.0], np.full(n_keys * _N_BUCKETS, start)])
    options = {"maxiter": _MOST_ITERATIONS}
    bounds = [(0.0, None)] * len(at_first)
    best = minimize(loss, at_first, jac=True, bounds=bounds, method="L-BFGS-B", options=options).x
    return best[1:].reshape(n_keys, _N_BUCKETS), float(best[0])
