from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from triage.cli.reports import automation_notes, outlook_tables
from triage.measure.hours import score_hours
from triage.training.outlooks import OutlookScores


def test_hours_are_shown_with_their_bounds_by_month() -> None:
    same = np.array([1.0, 2.0, 4.0, 8.0])
    scores = score_hours(np.array([1.0, 5.0]), np.tile(same, (2, 1)), same, np.array(["2026-10", "2026-11"]))
    ((title, _, table),) = outlook_tables(OutlookScores(hours=scores))
    rows = {row[0]: row[1] for row in table}
    assert title == "Hours to resolution"
    assert rows["median error"] == rows["median error of the same hours for all"] == "2.00 h"
    assert rows["within the 80 % / 90 % bound, all (2)"] == "50.0% / 100.0%"
    assert rows["within the 80 % / 90 % bound, 2026-11 (1)"] == "0.0% / 100.0%"


def test_target_of_which_nothing_is_automatic_says_why() -> None:
    def notes(coverage: float, validated: int) -> list[str]:
        scores: Any = [SimpleNamespace(target="team", coverage=coverage, promise=0.95)]
        return list(automation_notes(scores, validated))

    assert notes(0.5, 10) == []
    [few] = notes(0.0, 116)
    assert "at least 59 incidents" in few
    assert "there are 58" in few
    [many] = notes(0.0, 118)
    assert "No threshold keeps a promise of 95%" in many
