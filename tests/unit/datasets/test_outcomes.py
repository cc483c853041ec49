"""How incidents went is read from columns that nothing is predicted from."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from tests.tables import csv

from triage.datasets import ReadOptions
from triage.datasets.outcomes import were_raised
from triage.training import History

ReadHistory = Callable[..., History]
_TEAM = ReadOptions(targets=("team",))


def _history(history_of: ReadHistory, header: str, cells: list[tuple[object, ...]]) -> History:
    rows = [
        (f"T{at}", f"printer number {at} is broken", "AB"[at % 2], f"2024-01-{at + 1:02d}", *more)
        for at, more in enumerate(cells)
    ]
    return history_of(csv(f"id,text,team,opened,{header}", rows), _TEAM)


@pytest.mark.parametrize(
    ("column", "meaning", "cells", "expected"),
    [
        ("Made SLA", "breached", ["true", "false", "?"], [False, True, None]),
        ("sla_breached", "breached", ["No", "Yes", ""], [False, True, None]),
        ("reassignment_count", "reassigned", ["0", "3", "?"], [False, True, None]),
        ("Escalated", "escalated", ["nein", "ja", "perhaps"], [False, True, None]),
        ("reopen_count_final", "reopened", ["0", "1", ""], [False, True, None]),
        ("close_notes", "fix", ["Rebooted", "?", "New toner"], ["Rebooted", None, "New toner"]),
    ],
)
def test_column_says_how_it_went_by_its_name(
    history_of: ReadHistory, column: str, meaning: str, cells: list[str], expected: list[object]
) -> None:
    outcomes = _history(history_of, column, [(cell,) for cell in cells]).outcomes
    assert [None if pd.isna(cell) else cell for cell in outcomes[meaning]] == expected
    assert outcomes.index.equals(pd.RangeIndex(3))


def test_open_incident_has_no_time_of_resolution(history_of: ReadHistory) -> None:
    outcomes = _history(history_of, "resolved", [("2024-02-01",), ("",), ("2024-02-03",)]).outcomes
    assert outcomes["resolved_at"].isna().tolist() == [False, True, False]


def test_last_change_is_no_resolution(history_of: ReadHistory) -> None:
    history = _history(history_of, "updated_at", [("2024-02-01",), ("2024-02-02",), ("2024-02-03",)])
    assert history.known_at is not None
    assert "resolved_at" not in history.outcomes


def test_column_that_says_nothing_of_its_kind_is_left_out(history_of: ReadHistory) -> None:
    assert list(_history(history_of, "escalation", [("Normal",), ("High",), ("Normal",)]).outcomes) == []


@pytest.mark.parametrize(
    ("was", "became", "raised"),
    [("3 - Moderate", "1 - Critical", True), ("P2", "P4", False), ("Low", "High", None), (None, "1", None)],
)
def test_priority_is_raised_when_its_number_falls(was: str | None, became: str | None, raised: bool | None) -> None:
    assert were_raised([was], [became]).tolist() == [raised]
