"""Labels that a quick model, fitted on other tickets, is confident are wrong. The model is thrown away."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from triage.learn.doctor.findings import Cells, CheckResult, Finding, Material, RowNote, to_severity
from triage.learn.doctor.similar import Groups
from triage.learn.doctor.vectors import Bags, to_matrix

__all__ = ["find_label_errors", "suspects"]

# Each ticket is judged by a model fitted on the other folds. Three cost a third of ten and rank nearly the same.
_N_FOLDS = 3
# A label of fewer tickets has no threshold worth the name.
_FEWEST = 5
# Values of the matrix times labels that a fit goes over in a pass: 50,000 tickets of 40 words with 20 labels.
_MOST_WORK = 40_000_000
# Enough for the order of the suspects, which is all that is wanted.
_MOST_ITERATIONS = 30
_MEDIUM, _HIGH = 0.02, 0.08

Probabilities = NDArray[np.float64]


def find_label_errors(
    material: Material, bags: Bags, groups: Groups, most_rows: int, progress: Callable[[str], None]
) -> CheckResult:
    """Find, for each target, the labels that out-of-fold probabilities speak against; see `suspects`."""
    try:
        import sklearn  # noqa: F401, PLC0415  # the base installation has no scikit-learn
    except ModuleNotFoundError:
        return CheckResult(notes=("Label errors were not looked for: install triage[train].",))
    matrix = to_matrix(bags.counts, [material.inputs[name] for name in material.fields])
    # Of a ticket that says nothing a model knows the commonest label only; that is no evidence against another.
    known = np.array([bool(text) for text in material.texts])
    for column in material.inputs.values():
        known |= pd.notna(column)
    findings, notes = [], []
    for target, cells in material.targets.items():
        progress(f"Looking for label errors in {target}")
        rows, truth, classes = _learnable(cells, known)
        if len(classes) < 2 or not matrix.shape[1]:
            notes.append(f"Label errors of {target} were not looked for: too few tickets a label.")
            continue
        most = int(_MOST_WORK / max(matrix[rows].nnz / len(rows) * len(classes), 1.0))
        if most < len(rows):
            notes.append(f"Label errors of {target} were looked for in {most:,} of {len(rows):,} tickets, by lot.")
            chosen = np.sort(np.random.default_rng(0).choice(len(rows), most, replace=False))
            rows, truth = rows[chosen], truth[chosen]
        folds = _to_folds(groups.of_row[rows])
        found = _out_of_fold(matrix[rows], truth, folds, len(classes))
        finding = _to_finding(target, rows, truth, (classes, found), most_rows)
        findings += [] if finding is None else [finding]
    return CheckResult(tuple(findings), notes=tuple(notes))


def suspects(probabilities: Probabilities, truth: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows whose label is likely wrong, worst first, and the label that is likely right.

    Parameters
    ----------
    probabilities : ndarray of shape (n, n_classes)
        Out of fold.
    truth : ndarray of int64 of shape (n,)
        Given labels, as columns of ``probabilities``.

    Returns
    -------
    rows, suggested : ndarray of int64

    Notes
    -----
    A label's threshold is the mean probability of that label among the tickets that bear it. A ticket counts to the
    likeliest label among those whose threshold it reaches; where that is not its own, its own is suspect. Ranked by
    the margin, the suggested label's probability less that of the given one. C. Northcutt, L. Jiang and I. Chuang,
    "Confident Learning: Estimating Uncertainty in Dataset Labels" (JAIR 70, 2021).

    Examples
    --------
    >>> p = np.array([[0.9, 0.1], [0.8, 0.2], [0.9, 0.1], [0.1, 0.9], [0.2, 0.8]])
    >>> rows, suggested = suspects(p, np.array([0, 0, 1, 1, 1]))
    >>> rows.tolist(), suggested.tolist()
    ([2], [0])
    """
    n_classes = probabilities.shape[1]
    given = probabilities[np.arange(len(truth)), truth]
    sizes = np.bincount(truth, minlength=n_classes)
    # A label that nobody bears is never suggested.
    least = np.where(sizes > 0, np.bincount(truth, given, n_classes) / np.maximum(sizes, 1), np.inf)
    confident = np.where(probabilities >= least, probabilities, -1.0)
    suggested = confident.argmax(axis=1)
    found = np.flatnonzero((confident.max(axis=1) >= 0.0) & (suggested != truth))
    margin = probabilities[found, suggested[found]] - given[found]
    order = np.argsort(-margin, kind="stable")
    # A label of low threshold may be reached while the own one is still likelier: no error speaks from that.
    order = order[margin[order] > 0.0]
    return found[order], suggested[found[order]]


def _learnable(cells: Cells, known: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64], list[str]]:
    counts = pd.Series(cells[known]).value_counts()
    classes = sorted(str(label) for label in counts[counts >= _FEWEST].index)
    codes = pd.Index(classes, dtype=object).get_indexer(pd.Index(cells, dtype=object))
    rows = np.flatnonzero((codes >= 0) & known)
    return rows, codes[rows], classes


def _to_folds(group: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give near-identical texts the same fold: a wrong label must not vouch for its own twin."""
    generator = np.random.default_rng(0)
    own = generator.permuted(np.arange(len(group)) % _N_FOLDS)
    shared = generator.integers(0, _N_FOLDS, int(group.max(initial=0)) + 1)
    folds: NDArray[np.int64] = np.where(group >= 0, shared[np.maximum(group, 0)], own)
    return folds


def _out_of_fold(
    matrix: csr_array, truth: NDArray[np.int64], folds: NDArray[np.int64], n_classes: int
) -> Probabilities:
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415  # takes a second; see above
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    found = np.zeros((len(truth), n_classes))
    for fold in range(_N_FOLDS):
        inside, outside = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        labels = np.unique(truth[inside])
        if len(labels) < 2 or not len(outside):
            continue
        learner = LogisticRegression(C=3.0, max_iter=_MOST_ITERATIONS, tol=1e-2)
        with warnings.catch_warnings(), threadpool_limits(1):
            # Stopping early is meant.
            warnings.simplefilter("ignore", ConvergenceWarning)
            learner.fit(matrix[inside], truth[inside])
            found[np.ix_(outside, labels)] = learner.predict_proba(matrix[outside])
    return found


def _to_finding(
    target: str,
    rows: NDArray[np.int64],
    truth: NDArray[np.int64],
    judged: tuple[list[str], Probabilities],
    most_rows: int,
) -> Finding | None:
    classes, found = judged
    at, suggested = suspects(found, truth)
    if not len(at):
        return None
    share = len(at) / len(rows)
    pairs, counts = np.unique(truth[at] * len(classes) + suggested, return_counts=True)
    often = np.argsort(-counts, kind="stable")[:most_rows]
    return Finding(
        kind="likely-label-errors",
        severity=to_severity(share, _MEDIUM, _HIGH),
        about=target,
        message=f"{len(at):,} of {len(rows):,} labels ({share:.1%}) are likely wrong, or stand for something that the "
        "inputs do not say: a quick model fitted on other tickets is confident of another label.",
        advice="Go through the first of them by hand. Labels that are often confused with each other want one "
        "definition, or to be one.",
        count=len(at),
        rows=tuple(
            RowNote(
                int(rows[row]),
                {
                    "label": classes[truth[row]],
                    "likely label": classes[other],
                    "probability": round(float(found[row, other]), 4),
                    "probability of its label": round(float(found[row, truth[row]]), 4),
                },
            )
            for row, other in zip(at[:most_rows].tolist(), suggested[:most_rows].tolist(), strict=True)
        ),
        details=tuple(
            {
                "label": classes[pair // len(classes)],
                "likely label": classes[pair % len(classes)],
                "tickets": int(counts[place]),
            }
            for place in often.tolist()
            for pair in [int(pairs[place])]
        ),
    )
