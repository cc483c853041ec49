"""Columns that tell a target because they were filled in after the fact, or are the target in other words."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import spearmanr

from triage.exports import refusal
from triage.learn.doctor.findings import Cells, CheckResult, Finding, Material, RowNote, Severity, Value, to_severity

__all__ = ["find_leaks", "mutual_information", "told_share"]

# Share of rows whose label the other rows of the same value tell. Routing has more exceptions than that.
_TELLS = 0.98
# How far above the commonest label's share it must be, of the way to 1: a label of 99 % is told by anything.
_LIFT = 0.9
_ALMOST_ALL = 0.95
# Steps of age, and how missing rates must run over them to be called back-filling.
_N_STEPS = 10
_LEAST_RISE, _LEAST_TREND = 0.2, 0.8
_FEWEST_ROWS = 200


def find_leaks(material: Material, most_rows: int) -> CheckResult:
    """Find columns that are read and should not be, and say why the others are not."""
    findings = list(_unopened(material, most_rows))
    for name in material.inputs:
        findings += [*_afterwards(name), *_copies(name, material, most_rows), *_back_filled(name, material, most_rows)]
        findings += _filled_at_end(name, material, most_rows)
    findings += [
        _refused(name, reason, material) for name, reason in material.refused.items() if name not in material.targets
    ]
    return CheckResult(tuple(findings))


def told_share(cells: Cells, labels: Cells) -> tuple[float, float]:
    """Return how often the other rows of the same value tell a row's label, and how often the commonest label does.

    Parameters
    ----------
    cells, labels : ndarray of shape (n,)
        str, or None where missing.

    Returns
    -------
    told, commonest : float
        Shares of the rows that have both, in [0, 1]; 0 where there are none. A value that stands alone tells nothing,
        so that an identifier tells nothing however many values it has.

    Examples
    --------
    >>> told_share(np.array(["a", "a", "b", "b"], object), np.array(["x", "x", "y", "y"], object))
    (1.0, 0.5)
    """
    rows = np.flatnonzero(pd.notna(cells) & pd.notna(labels))
    if not len(rows):
        return 0.0, 0.0
    values, _ = pd.factorize(cells[rows])
    ends, classes = pd.factorize(labels[rows])
    pairs, inverse, sizes = np.unique(values * len(classes) + ends, return_inverse=True, return_counts=True)
    # Of each pair: the most that another label of the same value has.
    value = pairs // len(classes)
    order = np.lexsort((-sizes, value))
    begins = np.flatnonzero(np.diff(value[order], prepend=-1))
    most = sizes[order][begins]
    lengths = np.diff(np.append(begins, len(order)))
    second = np.where(lengths > 1, sizes[order][np.minimum(begins + 1, len(order) - 1)], 0)
    rivals = np.empty(len(pairs), np.int64)
    rivals[order] = np.repeat(most, lengths)
    rivals[order[begins]] = second
    told = (sizes - 1 >= rivals) & (sizes > 1)
    return float(told[inverse].mean()), float(np.bincount(ends).max() / len(ends))


def mutual_information(cells: Cells, labels: Cells) -> float:
    """Return the mutual information of two columns over the label's entropy, in [0, 1]; 1 tells all.

    Notes
    -----
    Too high where values are many and rows few: read it beside `told_share`.

    Examples
    --------
    >>> mutual_information(np.array(["a", "a", "b", "b"], object), np.array(["x", "x", "y", "y"], object))
    1.0
    """
    rows = np.flatnonzero(pd.notna(cells) & pd.notna(labels))
    if not len(rows):
        return 0.0
    values, ends = pd.factorize(cells[rows])[0], pd.factorize(labels[rows])[0]
    entropy = _entropy(ends)
    joint = _entropy(values * (int(ends.max()) + 1) + ends)
    return min(max((_entropy(values) + entropy - joint) / entropy, 0.0), 1.0) if entropy > 0 else 0.0


def _entropy(codes: NDArray[np.int64]) -> float:
    shares = np.unique(codes, return_counts=True)[1] / len(codes)
    return float(-(shares * np.log(shares)).sum())


def _tells(cells: Cells, labels: Cells) -> tuple[bool, float]:
    told, commonest = told_share(cells, labels)
    return told >= _TELLS and told - commonest >= _LIFT * (1.0 - commonest) and commonest < _ALMOST_ALL, told


def _afterwards(name: str) -> Iterator[Finding]:
    if reason := refusal(name):
        yield Finding(
            kind="known-only-later",
            severity=Severity.HIGH,
            about=name,
            message=f"it is read because it was asked for, and by its name it is {reason}.",
            advice="Leave it out of --text and --field unless it really is known at opening.",
            count=1,
            counted="columns",
        )


def _copies(name: str, material: Material, most_rows: int) -> Iterator[Finding]:
    cells = material.inputs[name]
    for target, labels in material.targets.items():
        does, told = _tells(cells, labels)
        if not does:
            continue
        rows = np.flatnonzero(pd.notna(cells) & pd.notna(labels))[::-1][:most_rows]
        known = mutual_information(cells, labels)
        yield Finding(
            kind="near-copy",
            severity=Severity.HIGH,
            about=name,
            message=f"its value tells {target} in {told:.1%} of the rows (it holds {known:.1%} of what {target} says), "
            "as only a copy of it or an after-the-fact column does.",
            advice="Leave it out of --field, unless it is known at opening and the target is wanted all the same.",
            count=int((pd.notna(cells) & pd.notna(labels)).sum()),
            rows=tuple(RowNote(row, {name: str(cells[row]), target: str(labels[row])}) for row in rows.tolist()),
        )


def _back_filled(name: str, material: Material, most_rows: int) -> Iterator[Finding]:
    missing = pd.isna(material.inputs[name])
    if len(missing) < _FEWEST_ROWS or not missing.any():
        return
    rates = np.array([float(part.mean()) for part in np.array_split(missing, _N_STEPS)])
    rise = float(rates[-1] - rates[0])
    if rise < _LEAST_RISE or float(spearmanr(np.arange(_N_STEPS), rates).statistic) < _LEAST_TREND:
        return
    rows = np.flatnonzero(missing)[::-1]
    yield Finding(
        kind="back-filled",
        severity=to_severity(rise, 0.3, 0.5),
        about=name,
        message=f"the older an incident, the more often it is given: missing in {rates[0]:.1%} of the oldest tenth and "
        f"in {rates[-1]:.1%} of the newest, as a column that is filled in later is.",
        advice="Find out when it is filled in. If that is after opening, leave it out by naming the columns to read.",
        count=len(rows),
        rows=tuple(RowNote(row, {"cell": "missing"}) for row in rows[:most_rows].tolist()),
        details=tuple({"tenth": at + 1, "missing": round(float(rate), 4)} for at, rate in enumerate(rates)),
    )


def _unopened(material: Material, most_rows: int) -> Iterator[Finding]:
    rows = np.flatnonzero(~_known_at_opening(material))
    if not material.ends or not len(rows):
        return
    share = len(rows) / len(material)
    yield Finding(
        kind="opening-not-known",
        severity=to_severity(share, 0.1, 0.9),
        about="",
        message=f"nothing is known of {len(rows):,} incidents ({share:.1%}) at their opening: the log does not hold "
        "the event that opened them, or it is blank.",
        advice="Export the log from its beginning: these incidents teach nothing but how common each label is.",
        count=len(rows),
        rows=tuple(RowNote(row, {}) for row in rows[::-1][:most_rows].tolist()),
    )


def _known_at_opening(material: Material) -> NDArray[np.bool_]:
    known = np.zeros(len(material), bool)
    for cells in material.inputs.values():
        known |= pd.notna(cells)
    return known


def _filled_at_end(name: str, material: Material, most_rows: int) -> Iterator[Finding]:
    if name not in material.ends:
        return
    at_end = material.ends[name]
    there = _known_at_opening(material) & pd.notna(at_end)
    rows = np.flatnonzero(there & pd.isna(material.inputs[name]))
    share = len(rows) / max(int(there.sum()), 1)
    if share < 0.01:
        return
    yield Finding(
        kind="filled-later",
        severity=to_severity(share, 0.2, 0.9),
        about=name,
        message=f"it was filled in after opening in {len(rows):,} incidents ({share:.1%} of those that have it in the "
        "end and whose opening is known); at opening it counts as missing.",
        advice="Nothing leaks. A column that is hardly ever known at opening is no use to a live model: leave it out.",
        count=len(rows),
        rows=tuple(RowNote(row, {"at the end": str(at_end[row])}) for row in rows[::-1][:most_rows].tolist()),
    )


def _refused(name: str, reason: str, material: Material) -> Finding:
    told: dict[str, Value] = {}
    if name in material.others:
        found = {target: _tells(material.others[name], labels) for target, labels in material.targets.items()}
        told = {target: round(share, 4) for target, (does, share) in found.items() if does and target != name}
    says = (
        f"; it tells {', '.join(f'{target} in {share:.1%} of the rows' for target, share in told.items())}"
        if told
        else ""
    )
    return Finding(
        kind="refused-column",
        severity=Severity.LOW,
        about=name,
        message=f"it is not read: {reason}{says}.",
        advice="Nothing, if that is so. If it is known at opening, name it by --field or --text.",
        count=1,
        counted="columns",
        details=tuple({"target": target, "told": share} for target, share in told.items()),
    )
