from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.tables import csv

from triage.bootstrap.doctoring import Examined, examine_file
from triage.datasets import ReadOptions
from triage.errors import DataError
from triage.settings import Settings

TEAMS = ["net", "print", "access"]


def write(path: Path, *, newest_first: bool = False, ids: bool = True, times: bool = True) -> Path:
    """Write 60 tickets of which the 51st, in time, has the text of the first."""
    rows = []
    for row in range(60):
        text = (
            "the scanner on floor two is on fire" if row in (0, 50) else f"ticket a{row} b{row * 7} c{row * 3} d{row}"
        )
        moment = f"2026-01-{1 + row // 24:02}T{row % 24:02}:00:00Z"
        rows.append([*([f"K{row}"] if ids else []), *([moment] if times else []), text, TEAMS[row % 3]])
    header = ",".join([*(["key"] if ids else []), *(["created"] if times else []), "summary", "team"])
    path.write_text(csv(header, rows[::-1] if newest_first else rows), encoding="utf-8")
    return path


def examined(settings: Settings, file: Path, order: str | None = None, most_rows: int = 20) -> Examined:
    return examine_file(settings, file, ReadOptions(targets=("team",), order=order), most_rows, lambda _: None)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def across(found: Examined) -> dict[str, object]:
    finding = next(each for each in found.diagnosis.findings if each.kind == "duplicates-across-slices")
    return found.row_document(finding.rows[0])


def test_rows_are_numbered_as_a_spreadsheet_shows_them(settings: Settings, tmp_path: Path) -> None:
    told = across(examined(settings, write(tmp_path / "t.csv")))
    assert told == {
        "row": 52,
        "id": "K50",
        "slice": "newest",
        "says": {},
        "twin": {"row": 2, "id": "K0", "slice": "fit"},
    }


def test_rows_are_those_of_the_file_where_it_runs_backwards(settings: Settings, tmp_path: Path) -> None:
    by_time = across(examined(settings, write(tmp_path / "t.csv", newest_first=True)))
    file = write(tmp_path / "u.csv", newest_first=True, ids=False, times=False)
    by_order = across(examined(settings, file, order="newest-first"))
    assert (by_time["row"], by_order["row"]) == (11, 11)
    assert by_order["id"] is None


def test_the_document_is_json_and_bounded(settings: Settings, tmp_path: Path) -> None:
    document = examined(settings, write(tmp_path / "t.csv"), most_rows=1).as_document()
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    findings = document["findings"]
    assert isinstance(findings, list)
    assert all(len(each["rows"]) <= 1 for each in findings)
    assert {"kind", "severity", "about", "message", "what_to_do", "count", "rows"} <= findings[0].keys()


def test_what_cannot_be_learnt_from_cannot_be_examined(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    file.write_text("summary,team\nmail down,net\nvpn down,net\n", encoding="utf-8")
    with pytest.raises(DataError, match="two different labels"):
        examined(settings, file)
