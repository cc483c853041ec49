from __future__ import annotations

from dataclasses import replace

from tests.unit.learn.doctor.materials import material

from triage.learn.doctor import Severity, examine

LABELS = ["a", "b"] * 100
TEXTS = [f"{'mail' if row % 2 else 'vpn'} word{row % 37} other{row % 53}" for row in range(200)]


def test_the_gravest_findings_come_first() -> None:
    given = material(LABELS, TEXTS, {"queue": [f"Q{label}" for label in LABELS]}, {"closed": "later"})
    severities = [each.severity for each in examine(given).findings]
    assert severities == sorted(severities, key=list(Severity).index)
    assert severities[0] is Severity.HIGH


def test_no_row_of_a_finding_is_outside_and_none_has_more_than_asked_for() -> None:
    for finding in examine(material(LABELS, TEXTS), most_rows=3).findings:
        assert len(finding.rows) <= 3
        assert all(0 <= note.row < 200 for note in finding.rows)


def test_every_step_is_announced_and_slices_are_counted() -> None:
    said: list[str] = []
    diagnosis = examine(material(LABELS, TEXTS), progress=said.append)
    assert diagnosis.slices == {"fit": 120, "validate": 40, "newest": 40}
    assert "Looking for label errors in team" in said


def test_rows_of_no_slice_do_not_count_as_earlier() -> None:
    given = material(["a", "b"] * 5, ["mail down"] * 4 + [f"w{row} v{row}" for row in range(4, 9)] + ["mail down"])
    purged = replace(given, slices=given.slices.copy())
    purged.slices[:4] = -1
    assert "duplicates-across-slices" in {each.kind for each in examine(given).findings}
    assert "duplicates-across-slices" not in {each.kind for each in examine(purged).findings}
