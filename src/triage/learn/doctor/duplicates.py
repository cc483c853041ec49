"""Texts that come again: within the history, and in a slice that is judged after one that was fitted on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from triage.learn.doctor.findings import SLICES, Chart, CheckResult, Finding, Material, RowNote, Severity, to_severity
from triage.learn.doctor.similar import Groups

__all__ = ["find_duplicates"]

# Shares of a slice's tickets: above a twentieth its figures are flattered visibly.
_MEDIUM, _HIGH = 0.01, 0.05


def find_duplicates(material: Material, groups: Groups, most_rows: int) -> CheckResult:
    """Count near-identical texts in all, and those of a later slice that an earlier slice holds already."""
    notes = []
    if groups.compared < groups.distinct:
        notes.append(
            f"Near-duplicates were looked for in {groups.compared:,} of {groups.distinct:,} different texts, drawn by "
            "lot; identical texts in all."
        )
    repeated = np.flatnonzero(groups.repeated())
    if not len(repeated):
        return CheckResult(notes=tuple(notes))
    findings = [_within(groups, repeated, most_rows), *_across(material, groups, most_rows)]
    in_slices = [material.slices == at for at in range(len(SLICES))]
    twins = [int(in_slice[repeated].sum()) / max(int(in_slice.sum()), 1) for in_slice in in_slices]
    shares = {"tickets with a near-identical twin": twins}
    return CheckResult(tuple(findings), (Chart("Duplicates by slice", SLICES, shares),), tuple(notes))


def _within(groups: Groups, repeated: np.ndarray[tuple[int], np.dtype[np.int64]], most_rows: int) -> Finding:
    group = groups.of_row[repeated]
    n_groups = len(np.unique(group))
    sizes = np.bincount(group)
    biggest = repeated[np.lexsort((repeated, group, -sizes[group]))][:most_rows]
    share = (len(repeated) - n_groups) / max(int((groups.of_row >= 0).sum()), 1)
    return Finding(
        kind="duplicate-texts",
        severity=Severity.MEDIUM if share >= 0.2 else Severity.LOW,
        about="",
        message=f"{len(repeated):,} tickets share their text, or nearly, with another: {n_groups:,} texts in all.",
        advice="Look whether they are one ticket filed twice, or reports of one incident; a desk that really gets "
        "the same text every day may leave them.",
        count=len(repeated),
        rows=tuple(
            RowNote(row, {"group": int(groups.of_row[row]), "tickets of the group": int(sizes[groups.of_row[row]])})
            for row in biggest.tolist()
        ),
    )


def _across(material: Material, groups: Groups, most_rows: int) -> Iterator[Finding]:
    for later in (1, 2):
        earlier_rows = np.flatnonzero((material.slices >= 0) & (material.slices < later) & (groups.of_row >= 0))
        # The newest of the earlier rows of each group: later writes win.
        twin = np.full(int(groups.of_row.max()) + 1, -1, np.int64)
        twin[groups.of_row[earlier_rows]] = earlier_rows
        rows = np.flatnonzero((material.slices == later) & (groups.of_row >= 0))
        found = rows[twin[groups.of_row[rows]] >= 0]
        if not len(found):
            continue
        share = len(found) / int((material.slices == later).sum())
        yield Finding(
            kind="duplicates-across-slices",
            severity=to_severity(share, _MEDIUM, _HIGH),
            about=SLICES[later],
            message=f"{len(found):,} tickets of the {SLICES[later]} slice ({share:.1%}) have a near-identical text in "
            "an earlier slice: scores on it are better than they will be on texts that are new.",
            advice="Keep one of each, or judge on the others too, before trusting the scores.",
            count=len(found),
            rows=tuple(
                RowNote(row, {}, twin=int(twin[groups.of_row[row]])) for row in found[::-1][:most_rows].tolist()
            ),
        )
