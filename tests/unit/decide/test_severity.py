"""How bad senders say that something is."""

from __future__ import annotations

import pytest

from triage.decide.severity import severity_of, worse_of


@pytest.mark.parametrize(
    ("labels", "severity"),
    [
        ({"severity": "critical"}, "critical"),
        ({"severity": "High"}, "error"),
        ({"priority": "4 - Low"}, "info"),
        ({"priority": "P3"}, "warning"),
        ({"severity": "purple"}, "error"),
        ({"severity": ""}, "error"),
    ],
)
def test_severity_is_what_the_sender_says(labels: dict[str, str], severity: str) -> None:
    assert severity_of(labels) == severity


def test_worse_of_two_is_the_worse() -> None:
    assert worse_of("critical", "error") == worse_of("error", "critical") == "critical"
