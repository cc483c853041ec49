from __future__ import annotations

from collections.abc import Sequence

from tests.unit.learn.doctor.materials import material

from triage.learn.doctor.categories import find_categories
from triage.learn.doctor.findings import Finding


def found(labels: Sequence[str | None]) -> dict[str, Finding]:
    return {each.kind: each for each in find_categories(material(labels), 20).findings}


def test_labels_that_came_and_went_are_told_apart() -> None:
    findings = found(["old"] * 30 + ["usual"] * 30 + ["usual"] * 20 + ["new"] * 5 + ["usual"] * 15)
    assert [note["label"] for note in findings["dead-labels"].details] == ["old"]
    assert [note["label"] for note in findings["new-labels"].details] == ["new"]
    assert findings["rare-labels"].rows[0].says == {"label": "new"}


def test_a_share_that_doubles_by_chance_does_not_explode() -> None:
    labels = ["a"] * 5 + ["b"] * 55 + ["b"] * 20 + ["a"] * 5 + ["b"] * 15
    assert found(labels).keys() == {"rare-labels"}


def test_a_share_that_doubles_beyond_chance_explodes() -> None:
    labels = ["a"] * 30 + ["b"] * 570 + ["b"] * 200 + ["a"] * 80 + ["b"] * 120
    finding = found(labels)["exploding-labels"]
    assert (finding.count, finding.counted) == (1, "labels")
    assert finding.details[0] == {"label": "a", "fit": 30, "validate": 0, "newest": 80}


def test_missing_labels_are_no_label() -> None:
    labels = [*["a"] * 40, *["b"] * 40, *[None] * 20]
    assert found(labels) == {}
