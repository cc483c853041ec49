"""All checks in one run. Decides only in what order findings stand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from triage.learn.doctor.categories import find_categories
from triage.learn.doctor.contradictions import find_contradictions
from triage.learn.doctor.drift import find_drift
from triage.learn.doctor.duplicates import find_duplicates
from triage.learn.doctor.findings import SLICES, CheckResult, Diagnosis, Material, Severity
from triage.learn.doctor.label_errors import find_label_errors
from triage.learn.doctor.languages import find_languages
from triage.learn.doctor.leaks import find_leaks
from triage.learn.doctor.similar import group_similar
from triage.learn.doctor.vectors import to_bags

__all__ = ["examine"]


def examine(material: Material, most_rows: int = 20, progress: Callable[[str], None] = lambda _: None) -> Diagnosis:
    """Look for what is wrong with a history.

    Parameters
    ----------
    material : Material
        Oldest first.
    most_rows : int, default=20
        Rows and details that a finding names; its count is whole.
    progress : callable, default=does nothing
        Takes a line for people before each step that may take long.

    Returns
    -------
    Diagnosis

    Notes
    -----
    50,000 generated tickets of 40 words and one target took 10 seconds and 1 GB on one core, reading included.
    """
    results: list[CheckResult] = []
    progress("Looking at columns")
    results += [find_leaks(material, most_rows), find_categories(material, most_rows), find_drift(material, most_rows)]
    progress("Telling languages")
    results.append(find_languages(material, most_rows))
    progress("Comparing texts")
    bags = to_bags(material.texts)
    groups = group_similar(bags)
    results += [find_duplicates(material, groups, most_rows), find_contradictions(material, groups, most_rows)]
    results.append(find_label_errors(material, bags, groups, most_rows, progress))
    rank = {severity: at for at, severity in enumerate(Severity)}
    findings = sorted((each for result in results for each in result.findings), key=lambda each: rank[each.severity])
    counts = {name: int(np.sum(material.slices == at)) for at, name in enumerate(SLICES)}
    return Diagnosis(
        findings=tuple(findings),
        charts=tuple(chart for result in results for chart in result.charts),
        notes=tuple(note for result in results for note in result.notes),
        slices=counts,
    )
