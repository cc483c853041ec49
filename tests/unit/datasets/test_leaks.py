"""Columns that give a target away."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from triage.datasets.leaks import leak_by_name, leak_by_values


def _cells(*values: str | None) -> NDArray[np.object_]:
    return np.array(values, dtype=object)


_TEAMS = _cells(*"ABCD" * 250)


@pytest.mark.parametrize(
    "column", ["Team", "TEAM ", "team_pred", "Team prob", "team_decision", "team_top", "site_reasons"]
)
def test_target_under_another_spelling_and_a_models_answers_are_told_by_name(column: str) -> None:
    assert leak_by_name(column, ["team"], ["team", "site", column])


@pytest.mark.parametrize("column", ["site", "team", "roof_top", "teams", "pred"])
def test_other_names_are_kept(column: str) -> None:
    assert leak_by_name(column, ["team"], ["team", "site", column]) is None


def test_copy_of_a_target_under_other_labels_is_told() -> None:
    codes = np.array([f"code {label}" for label in _TEAMS], dtype=object)
    codes[:5] = "code A"
    reason = leak_by_values(codes, {"site": _cells(*"XXXXXXXXYZ" * 100), "team": _TEAMS})
    assert reason is not None
    assert reason.startswith("tells team in 99.7 % of the rows")


def test_gaps_do_not_hide_a_copy() -> None:
    sparse = _cells(*(team if at % 10 == 0 else None for at, team in enumerate(_TEAMS)))
    assert leak_by_values(sparse, {"team": _TEAMS})


@pytest.mark.parametrize(
    ("cells", "labels"),
    [
        (np.array([f"person {at}" for at in range(1000)], dtype=object), _TEAMS),
        (np.array([f"person {at // 2}" if at < 20 else f"p{at}" for at in range(1000)], dtype=object), _TEAMS),
        (_cells(*"abab" * 250), _TEAMS),
        (np.where(np.arange(1000) % 50 == 0, "a", "b"), np.where(np.arange(1000) % 50 == 0, "A", "B")),
        (_cells(*("module" if team == "A" else None for team in _TEAMS)), _TEAMS),
        (_cells(*[None] * 1000), _TEAMS),
    ],
    ids=["names", "nearly names", "half told", "one common label", "given for one label", "empty"],
)
def test_column_that_is_no_copy_is_kept(cells: NDArray[np.object_], labels: NDArray[np.object_]) -> None:
    assert leak_by_values(cells.astype(object), {"team": labels.astype(object)}) is None


def test_large_columns_are_judged_by_a_sample() -> None:
    labels = np.tile(_TEAMS, 300)
    assert leak_by_values(labels, {"team": labels})
