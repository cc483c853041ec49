from __future__ import annotations

from triage.learn.doctor.findings import Severity, to_severity


def test_severity_follows_the_bounds_and_the_gravest_comes_first() -> None:
    assert [to_severity(share, medium=0.1, high=0.5) for share in (0.5, 0.1, 0.0)] == list(Severity)
