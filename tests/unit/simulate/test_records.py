from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest

from triage.decide.priority import learn_matrix
from triage.simulate.records import TICKET_COLUMNS, TicketRecord, to_frame

OPENED = datetime(2026, 4, 6, 7, tzinfo=UTC)
RECORD = TicketRecord(
    OPENED,
    OPENED.replace(hour=9),
    "Down",
    "",
    "Phone",
    None,
    "ERP",
    1,
    1,
    "Access",
    "Print",
    "Solved",
    "Done.",
    "OPS-0001",
)
LEVELS = ("1 - High", "2 - Medium", "3 - Low")


@pytest.mark.parametrize("impact", [1, 2, 3])
@pytest.mark.parametrize("urgency", [1, 2, 3])
def test_priority_is_that_of_the_matrix(impact: int, urgency: int) -> None:
    names = ("1 - Critical", "2 - High", "3 - Moderate", "4 - Low", "5 - Planning")
    matrix = learn_matrix(LEVELS, LEVELS, [(None, None, name) for name in names])
    row = to_frame([replace(RECORD, impact=impact, urgency=urgency)]).iloc[0]
    assert row["priority"] == matrix[row["impact"], row["urgency"]]


def test_row_is_text_and_what_is_empty_is_missing() -> None:
    row = to_frame([RECORD]).iloc[0].to_dict()
    assert tuple(row) == TICKET_COLUMNS
    assert pd.isna(row["description"])
    assert pd.isna(row["location"])
    assert (row["opened_at"], row["resolved_at"]) == ("2026-04-06T07:00:00Z", "2026-04-06T09:00:00Z")


def test_the_incident_is_no_column() -> None:
    assert "OPS-0001" not in to_frame([RECORD]).to_csv()
