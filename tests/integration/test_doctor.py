"""`triage doctor` as a user gives it: what it prints, where, and the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.tables import csv

from triage.cli import main
from triage.simulate import SAMPLE_START, simulate_tickets


@pytest.fixture(scope="module")
def tickets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """400 tickets; the last has the text of the first, and another label."""
    frame = simulate_tickets(400, seed=3, start=SAMPLE_START).iloc[:400].reset_index(drop=True)
    for name in ("short_description", "description"):
        frame[name] = [*frame[name].iloc[:399], frame[name].iloc[0]]
    frame["category"] = [*frame["category"].iloc[:399], "[/odd] label"]
    file = tmp_path_factory.mktemp("doctor") / "tickets.csv"
    frame.to_csv(file, index=False)
    return file


def give(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[object, str, str]:
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    out, err = capsys.readouterr()
    return ended.value.code, out, err


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIAGE_HOME", str(tmp_path))


def test_json_stands_alone_on_stdout_and_findings_are_no_error(
    capsys: pytest.CaptureFixture[str], tickets: Path
) -> None:
    code, out, err = give(capsys, "doctor", tickets, "--target", "category", "--rows", "3", "--json")
    document = json.loads(out)
    contradictions = next(each for each in document["findings"] if each["kind"] == "contradictory-labels")
    assert code == 0
    assert "Comparing texts" in err
    assert 401 in {place["row"] for row in contradictions["rows"] for place in (row, row["twin"])}
    assert {each["about"] for each in document["findings"] if each["kind"] == "refused-column"} >= {
        "resolved_at",
        "fix",
    }
    assert all(len(each["rows"]) <= 3 for each in document["findings"])


def test_tables_show_labels_as_they_are_and_the_page_is_written(
    capsys: pytest.CaptureFixture[str], tickets: Path, tmp_path: Path
) -> None:
    page = tmp_path / "report.html"
    code, out, err = give(capsys, "doctor", tickets, "--target", "category", "--out", page)
    assert code == 0
    assert "[/odd]" in out
    assert f"Wrote {page}" in err
    assert "<svg" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--target", "team"), "no column"),
        (("--out", "report.txt"), "must end in .html"),
        (("--order", "sideways"), "oldest-first"),
        (("--rows", "0"), "--rows"),
    ],
)
def test_bad_options_end_with_2(
    capsys: pytest.CaptureFixture[str], tickets: Path, words: tuple[str, str], says: str
) -> None:
    code, out, err = give(capsys, "doctor", tickets, "--target", "category", *words)
    assert (code, out) == (2, "")
    assert says in err


def test_bad_rows_end_with_2_and_are_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    rows = [[f"K{row % 9}", f"2026-01-0{1 + row % 9}", f"mail {row} down", "ab"[row % 2]] for row in range(10)]
    file.write_text(csv("key,created,summary,team", rows), encoding="utf-8")
    code, _, err = give(capsys, "doctor", file, "--target", "team")
    assert code == 2
    assert "Rows 2, 11" in err


def test_an_event_log_is_examined_by_incident(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    header = (
        "number,incident_state,sys_mod_count,opened_at,sys_updated_at,category,location,assignment_group,resolved_at"
    )
    rows = []
    for at in range(40):
        day = f"{1 + at // 2}/2/2016"
        later = f"{day} 12:00"
        site = f"Site {at % 3}"
        rows.append([f"INC{at:05}", "New", 0, f"{day} 01:00", f"{day} 01:02", f"Category {at % 2}", "?", "?", later])
        rows.append(
            [f"INC{at:05}", "Closed", 1, f"{day} 01:00", later, f"Category {at % 2}", site, f"Group {at % 2}", later]
        )
    file = tmp_path / "log.csv"
    file.write_text(csv(header, rows), encoding="utf-8")
    code, out, err = give(capsys, "doctor", file, "--target", "assignment_group", "--json")
    assert code == 0, err
    document = json.loads(out)
    later_filled = next(each for each in document["findings"] if each["kind"] == "filled-later")
    assert document["incidents"] == 40
    assert (later_filled["about"], later_filled["count"]) == ("location", 40)
    assert later_filled["rows"][0]["row"] == 80
