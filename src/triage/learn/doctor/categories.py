"""Labels that come, go, explode or are too rare to be learnt."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binom

from triage.learn.doctor.findings import (
    SLICES,
    Chart,
    CheckResult,
    Finding,
    Material,
    RowNote,
    Severity,
    Value,
    to_severity,
)

__all__ = ["find_categories"]

# Below this a label has too few tickets for a model to learn it from, or for its figures to mean anything.
_RARE = 20
# Chance of calling one label of a target exploding although its share is what it was.
_ERROR_RATE = 0.01
_FEWEST_NEW = 5
# A label that was expected this often and did not come is gone; one in e**5 = 148 would be so by chance.
_EXPECTED = 5.0
_MOST_BARS = 12


def find_categories(material: Material, most_rows: int) -> CheckResult:
    """Find labels that are dead (none in the newest slice), new, exploding or rare, for each target."""
    findings: list[Finding] = []
    charts: list[Chart] = []
    for target, cells in material.targets.items():
        table = _count(cells, material.slices)
        if not table["fit"].sum() or not table["newest"].sum():
            continue
        charts.append(_chart(target, table))
        each = _Labels(target, np.asarray(cells, object), material.slices, table, most_rows)
        findings += [*each.dead(), *each.new(), *each.exploding(), *each.rare()]
    return CheckResult(tuple(findings), tuple(charts))


def _count(cells: NDArray[np.object_], slices: NDArray[np.int8]) -> pd.DataFrame:
    given = pd.notna(cells)
    labels, distinct = pd.factorize(cells[given], sort=True)
    table = pd.DataFrame({"all": np.bincount(labels, minlength=len(distinct))}, index=pd.Index(distinct, dtype=object))
    for number, name in enumerate(SLICES):
        table[name] = np.bincount(labels[slices[given] == number], minlength=len(distinct))
    return table


def _chart(target: str, table: pd.DataFrame) -> Chart:
    shown = table.sort_values("all", ascending=False, kind="stable").head(_MOST_BARS)
    shares = {name: (shown[name] / max(int(table[name].sum()), 1)).tolist() for name in SLICES}
    return Chart(f"Labels of {target}", tuple(map(str, shown.index)), shares)


class _Labels:
    """The labels of one target, counted by slice."""

    def __init__(
        self,
        target: str,
        cells: NDArray[np.object_],
        slices: NDArray[np.int8],
        table: pd.DataFrame,
        most_rows: int,
    ) -> None:
        self._target = target
        self._cells = cells
        self._slices = slices
        self._table = table
        self._most_rows = most_rows
        self._n_fit, self._n_newest = int(table["fit"].sum()), int(table["newest"].sum())

    def dead(self) -> Iterator[Finding]:
        found = self._table[(self._table["newest"] == 0) & (self._table["fit"] > 0)].sort_values(
            "fit", ascending=False, kind="stable"
        )
        if found.empty:
            return
        gone = int((found["fit"] / self._n_fit * self._n_newest >= _EXPECTED).sum())
        yield self._finding(
            "dead-labels",
            Severity.MEDIUM if gone else Severity.LOW,
            found,
            f"{len(found):,} of {len(self._table):,} labels have no ticket in the newest slice; {gone:,} of them were "
            "too common before for that to be chance.",
            "If a label was renamed or merged, rename it in the history too; if it is gone, leave its tickets out.",
        )

    def new(self) -> Iterator[Finding]:
        later = self._table["validate"] + self._table["newest"]
        found = self._table[(self._table["fit"] == 0) & (later > 0)].sort_values("all", ascending=False, kind="stable")
        if found.empty:
            return
        n = int(found["newest"].sum())
        share = n / self._n_newest
        yield self._finding(
            "new-labels",
            to_severity(share, 0.01, 0.05),
            found,
            f"{len(found):,} labels have no ticket in the fit slice; {n:,} tickets of the newest slice ({share:.1%}) "
            "bear one and cannot be labelled rightly.",
            "If a label is an old one under another name, rename it in the history; else train again when it has "
            f"{_RARE} tickets.",
        )

    def exploding(self) -> Iterator[Finding]:
        both = self._table[(self._table["fit"] > 0) & (self._table["newest"] >= _FEWEST_NEW)]
        ratio = (both["newest"] / self._n_newest) / (both["fit"] / self._n_fit)
        by_chance = binom.sf(
            both["newest"] - 1, both["newest"] + both["fit"], self._n_newest / (self._n_newest + self._n_fit)
        )
        found = both[(ratio >= 2.0) & (by_chance <= _ERROR_RATE / max(len(self._table), 1))]
        found = found.sort_values("newest", ascending=False, kind="stable")
        if found.empty:
            return
        share = float(found["newest"].sum()) / self._n_newest
        yield self._finding(
            "exploding-labels",
            to_severity(share, 0.02, 0.1),
            found,
            f"{len(found):,} of {len(self._table):,} labels at least doubled their share from the fit slice to the "
            f"newest, beyond chance; they hold {share:.1%} of the newest tickets.",
            "Look what changed: an incident that goes on, a new product, a rule that files tickets. Train again on "
            "newer tickets.",
        )

    def rare(self) -> Iterator[Finding]:
        found = self._table[self._table["all"] < _RARE].sort_values("all", kind="stable")
        if found.empty:
            return
        n = int(found["all"].sum())
        share = n / int(self._table["all"].sum())
        yield self._finding(
            "rare-labels",
            to_severity(share, 0.01, 0.05),
            found,
            f"{len(found):,} of {len(self._table):,} labels have fewer than {_RARE} tickets, {n:,} tickets together "
            f"({share:.1%}): they will hardly ever be predicted.",
            "Merge them into broader labels, or leave them to people.",
        )

    def _finding(self, kind: str, severity: Severity, found: pd.DataFrame, message: str, advice: str) -> Finding:
        rows = np.flatnonzero(np.isin(np.where(pd.notna(self._cells), self._cells, ""), found.index.to_numpy(object)))
        # The last of them is what a person remembers.
        notes = tuple(RowNote(row, {"label": str(self._cells[row])}) for row in rows[::-1][: self._most_rows].tolist())
        shown = found.head(self._most_rows)
        details: list[dict[str, Value]] = []
        for label, *counts in zip(shown.index, *(shown[name].tolist() for name in SLICES), strict=True):
            details.append({"label": str(label), **dict(zip(SLICES, counts, strict=True))})
        return Finding(
            kind,
            severity,
            self._target,
            message,
            advice,
            len(found),
            counted="labels",
            rows=notes,
            details=tuple(details),
        )
