"""What changed from the slice that is fitted on to the newest: shares of labels and values, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from triage.learn.doctor.findings import SLICES, Cells, Chart, CheckResult, Finding, Material, RowNote, to_severity

__all__ = ["divergence", "find_drift", "noise_floor"]

# Values that are told apart; the rarer ones are one.
_MOST_VALUES = 200
_DRAWS = 400
_QUANTILE = 0.995
# In bits. Below .01 two slices look alike to a person whatever their size says; .1 is a label share of 10 % that became
# 40 %, or the like.
_LEAST, _MEDIUM, _HIGH = 0.01, 0.03, 0.1
# A missing rate that moves by less is no news; beyond three standard errors it is no chance.
_LEAST_MOVE, _Z = 0.05, 3.3

_Floats = NDArray[np.float64]


class _Column(NamedTuple):
    """A column in one of its roles: of an event log the same one may be a target and a field."""

    name: str
    is_target: bool

    def __str__(self) -> str:
        return f"target {self.name}" if self.is_target else self.name


def find_drift(material: Material, most_rows: int) -> CheckResult:
    """Compare the newest slice with the fit slice: every target and field by its values, every column by its gaps."""
    targets = {_Column(name, is_target=True): cells for name, cells in material.targets.items()}
    inputs = {_Column(name, is_target=False): cells for name, cells in material.inputs.items()}
    fields = {column: cells for column, cells in inputs.items() if column.name in material.fields}
    findings: list[Finding] = []
    measured: dict[_Column, tuple[float, float]] = {}
    for column, cells in (targets | fields).items():
        fit, newest = cells[material.slices == 0], cells[material.slices == 2]
        shares = _to_shares(fit, newest)
        if shares is None:
            continue
        values, counts = shares
        found, floor = divergence(counts[0], counts[1]), noise_floor(counts[0], counts[1])
        measured[column] = (found, floor)
        if found > max(floor, _LEAST):
            findings.append(_drifted(column, (found, floor), (values, counts), material, cells, most_rows))
    for column, cells in (targets | inputs).items():
        findings += _gaps(column, cells, material, most_rows)
    return CheckResult(tuple(findings), _charts(measured))


def divergence(first: _Floats, second: _Floats) -> float:
    """Return the Jensen-Shannon divergence of two sets of counts, in bits, in [0, 1]; higher is more different.

    Notes
    -----
    J. Lin, "Divergence measures based on the Shannon entropy" (IEEE Trans. Information Theory 37, 1991).

    Examples
    --------
    >>> divergence(np.array([5.0, 0.0]), np.array([0.0, 9.0])), divergence(np.array([1.0, 1.0]), np.array([4.0, 4.0]))
    (1.0, 0.0)
    """
    return float(_divergences(first[None, :], second[None, :])[0])


def noise_floor(first: _Floats, second: _Floats) -> float:
    """Return the divergence that 995 of 1,000 pairs of samples of these sizes stay below when nothing changed.

    Notes
    -----
    Drawn from the shares of both together, independently ticket by ticket. Tickets come in bursts, so that the true
    floor is higher: hence the least divergence beside it.
    """
    generator = np.random.default_rng(0)
    pooled = (first + second) / (first.sum() + second.sum())
    draws = [generator.multinomial(int(counts.sum()), pooled, _DRAWS).astype(np.float64) for counts in (first, second)]
    return float(np.quantile(_divergences(*draws), _QUANTILE))


def _divergences(first: _Floats, second: _Floats) -> _Floats:
    p = first / np.maximum(first.sum(axis=1, keepdims=True), 1.0)
    q = second / np.maximum(second.sum(axis=1, keepdims=True), 1.0)
    middle = (p + q) / 2
    found: _Floats = (_entropies(middle) - (_entropies(p) + _entropies(q)) / 2).clip(0.0, 1.0)
    return found


def _entropies(shares: _Floats) -> _Floats:
    found: _Floats = -(shares * np.log2(np.where(shares > 0, shares, 1.0))).sum(axis=1)
    return found


def _to_shares(fit: Cells, newest: Cells) -> tuple[list[str], NDArray[np.float64]] | None:
    fit, newest = fit[pd.notna(fit)], newest[pd.notna(newest)]
    if not len(fit) or not len(newest):
        return None
    codes, distinct = pd.factorize(np.concatenate([fit, newest]))
    often = np.argsort(-np.bincount(codes), kind="stable")
    rank = np.empty(len(distinct), np.int64)
    rank[often] = np.arange(len(distinct))
    places = np.minimum(rank[codes], _MOST_VALUES)
    n = int(places.max()) + 1
    counts = [np.bincount(part, minlength=n) for part in (places[: len(fit)], places[len(fit) :])]
    values = [str(distinct[place]) for place in often[:_MOST_VALUES]]
    return [*values, "all others"][:n], np.array(counts, np.float64)


def _drifted(
    column: _Column,
    measured: tuple[float, float],
    shares: tuple[list[str], NDArray[np.float64]],
    material: Material,
    cells: Cells,
    most_rows: int,
) -> Finding:
    values, counts = shares
    said = "as a target its labels are" if column.is_target else "as an input its values are"
    before, after = counts[0] / counts[0].sum(), counts[1] / counts[1].sum()
    order = np.argsort(-np.abs(after - before), kind="stable")
    first = order[0]
    move = f"{values[first]} went from {before[first]:.1%} to {after[first]:.1%}"
    # Rows of what grew most: there the newest slice has them.
    grown = values[int(np.argmax(after - before))]
    rows = np.flatnonzero((material.slices == 2) & (cells == grown))[::-1]
    return Finding(
        kind="drift",
        severity=to_severity(measured[0], _MEDIUM, _HIGH),
        about=column.name,
        message=f"{said} spread differently in the newest slice: divergence {measured[0]:.3f} bits, where "
        f"chance stays below {measured[1]:.3f}; {move}.",
        advice="Look what changed at that time. Scores on the newest slice are those of a model that has not seen the "
        "change; train again as soon as it has tickets.",
        count=int((np.abs(after - before) >= 0.01).sum()),
        counted="values",
        rows=tuple(RowNote(row, {"value": grown}) for row in rows[:most_rows].tolist()),
        details=tuple(
            {
                "value": values[at],
                "share in fit": round(float(before[at]), 4),
                "share in newest": round(float(after[at]), 4),
            }
            for at in order[:most_rows].tolist()
        ),
    )


def _gaps(column: _Column, cells: Cells, material: Material, most_rows: int) -> Iterator[Finding]:
    missing = pd.isna(cells)
    at = [np.flatnonzero(material.slices == number) for number in range(len(SLICES))]
    n_fit, n_newest = len(at[0]), len(at[2])
    if not n_fit or not n_newest:
        return
    rates = [float(missing[rows].mean()) if len(rows) else 0.0 for rows in at]
    pooled = (rates[0] * n_fit + rates[2] * n_newest) / (n_fit + n_newest)
    error = np.sqrt(pooled * (1 - pooled) * (1 / n_fit + 1 / n_newest))
    move = rates[2] - rates[0]
    if abs(move) < max(_LEAST_MOVE, _Z * error):
        return
    rows = at[2][missing[at[2]] == (move > 0)][::-1]
    says = "missing" if move > 0 else "given"
    said = "as a target it" if column.is_target else "as an input it"
    yield Finding(
        kind="missing-rate",
        severity=to_severity(abs(move), 0.1, 0.3),
        about=column.name,
        message=f"{said} is missing in {rates[0]:.1%} of the fit slice and in {rates[2]:.1%} of the newest.",
        advice="Find out whether the form changed, or it is filled in later: such a column must not be learnt from.",
        count=len(rows),
        rows=tuple(RowNote(row, {"cell": says}) for row in rows[:most_rows].tolist()),
        details=tuple({"slice": each, "missing": round(rate, 4)} for each, rate in zip(SLICES, rates, strict=True)),
    )


def _charts(measured: Mapping[_Column, tuple[float, float]]) -> tuple[Chart, ...]:
    if not measured:
        return ()
    shown = sorted(measured, key=lambda column: -measured[column][0])[:20]
    return (
        Chart(
            "Drift from the fit slice to the newest: Jensen-Shannon divergence, in bits",
            tuple(map(str, shown)),
            {
                "measured": [measured[column][0] for column in shown],
                "by chance": [measured[column][1] for column in shown],
            },
            is_share=False,
        ),
    )
