"""Texts that are nearly the same and labelled differently: what no model can get right."""

from __future__ import annotations

import numpy as np
import pandas as pd

from triage.learn.doctor.findings import Cells, CheckResult, Finding, Material, RowNote, to_severity
from triage.learn.doctor.similar import Groups

__all__ = ["find_contradictions"]

# Shares of the labelled tickets whose label is not their group's commonest.
_MEDIUM, _HIGH = 0.002, 0.02


def find_contradictions(material: Material, groups: Groups, most_rows: int) -> CheckResult:
    """Find, for each target, the tickets whose label differs from the commonest among near-identical texts."""
    found = (_of_target(target, cells, groups, most_rows) for target, cells in material.targets.items())
    return CheckResult(tuple(finding for finding in found if finding is not None))


def _of_target(target: str, cells: Cells, groups: Groups, most_rows: int) -> Finding | None:
    rows = np.flatnonzero(groups.repeated() & pd.notna(cells))
    if not len(rows):
        return None
    frame = pd.DataFrame({"row": rows, "group": groups.of_row[rows], "label": cells[rows]})
    counted = frame.groupby(["group", "label"], sort=True)["row"].agg(["size", "last"]).reset_index()
    commonest = counted.sort_values(["group", "size"], ascending=[True, False], kind="stable").drop_duplicates("group")
    frame = frame.merge(commonest.rename(columns={"label": "usual"}), on="group")
    frame["of"] = frame.groupby("group")["row"].transform("size")
    odd = frame[frame["label"] != frame["usual"]]
    if odd.empty:
        return None
    # Where most agree the odd one out is the likeliest slip.
    odd = odd.assign(agree=odd["size"] / odd["of"]).sort_values(["agree", "of", "row"], ascending=[False, False, True])
    share = len(odd) / int(pd.notna(cells).sum())
    shown = odd.head(most_rows)
    columns = (shown[name].tolist() for name in ("row", "label", "usual", "size", "of", "last"))
    notes = tuple(
        RowNote(row, {"label": label, "usual label": usual, "agree": f"{size} of {of}"}, twin=last)
        for row, label, usual, size, of, last in zip(*columns, strict=True)
    )
    return Finding(
        kind="contradictory-labels",
        severity=to_severity(share, _MEDIUM, _HIGH),
        about=target,
        message=f"{len(odd):,} tickets ({share:.1%}) have another label than most of the tickets with nearly the same "
        f"text; {odd['group'].nunique():,} texts are concerned. No model can get all of them right.",
        advice="Agree on one label for each text and correct the others, or add the field that tells them apart.",
        count=len(odd),
        rows=notes,
    )
