"""Columns that a desk wants to have filled in."""

from __future__ import annotations

import pytest

from triage.exports import target_columns


@pytest.mark.parametrize(
    "column",
    [
        "Assignment group", "Assigned Group*+", "Queue", "QueueName", "Team", "Ticket Group", "Zuweisungsgruppe",
        "Attribué à - Groupe de techniciens", "Grupo resolutor", "Grupo solucionador", "Behandelaarsgroep",
        "Grupa wsparcia", "Рабочая группа", "处理组", "担当グループ", "처리부서",
    ],
)  # fmt: skip
def test_column_of_the_team_is_told(column: str) -> None:
    assert target_columns([column, "Site"]) == [[column], [], []]


@pytest.mark.parametrize("column", ["User group", "Benutzergruppe", "Age group", "Department", "部门", "Customer team"])
def test_group_of_somebody_else_is_no_team(column: str) -> None:
    assert target_columns([column]) == [[], [], []]


def test_categories_and_priorities_are_told_in_several_languages() -> None:
    columns = ["Catégorie", "問題", "优先级", "カテゴリ", "Priorytet"]
    assert target_columns(columns) == [[], ["Catégorie", "カテゴリ"], ["Priorytet", "优先级"]]
