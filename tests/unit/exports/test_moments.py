"""Columns that say when an incident was opened, ended or changed."""

from __future__ import annotations

import pytest

from triage.exports import changed_columns, ended_columns, opened_columns


@pytest.mark.parametrize(
    "column",
    [
        "Open Time", "Date received", "createdTs", "Date/Time Opened", "Creation Date", "Angelegt am", "Eröffnet am",
        "Meldungsdatum", "Date d'ouverture", "Fecha apertura", "Data de abertura", "Data creazione", "提交时间",
        "受付日時", "Дата регистрации", "Reported on", "time_logged", "Data utworzenia", "Aanmaakdatum", "접수일시",
    ],
)  # fmt: skip
def test_column_of_the_opening_is_told_by_its_words(column: str) -> None:
    assert opened_columns(["team", column]) == [column]
    assert ended_columns(["team", column]) == []


@pytest.mark.parametrize(
    "column",
    [
        "Resolved Time", "Close Time", "Erledigt am", "Gelöst", "Abschlussdatum", "Date de clôture", "Fecha cierre",
        "Data de encerramento", "Fechado em", "Data chiusura", "关闭时间", "解決日時",
        "Дата закрытия", "Completion date", "Data rozwiązania", "Datum gereed", "Data zamknięcia", "완료일시",
    ],
)  # fmt: skip
def test_column_of_the_end_is_told_by_its_words(column: str) -> None:
    assert ended_columns(["team", column]) == [column]
    assert opened_columns(["team", column]) == []


@pytest.mark.parametrize(
    "column",
    [
        "Resolution due",
        "Time to Resolution",
        "opened_by",
        "Closure code",
        "Close notes",
        "Temps de résolution",
        "Required Resolution DateTime",
        "Tiempo de resolución",
        "解決期限",
        "报修人",
        "처리자",
    ],
)
def test_plans_people_and_lengths_of_time_are_no_moments(column: str) -> None:
    assert [*opened_columns([column]), *ended_columns([column])] == []


def test_resolution_comes_before_closing() -> None:
    assert ended_columns(["Fecha cierre", "Resuelto el"]) == ["Resuelto el", "Fecha cierre"]


@pytest.mark.parametrize("column", ["Change Date+Time", "Last modified", "Zuletzt geändert am", "更新时间"])
def test_column_of_a_change_is_told_by_its_words(column: str) -> None:
    assert changed_columns(["team", column]) == [column]
