"""A table becomes a history, oldest first, or is refused for all its faults at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.logs import Event, log_of, two_incidents
from tests.tables import csv

from triage.datasets import ReadOptions, Table, read_table, to_history
from triage.errors import DataError, UsageError
from triage.training import History

ReadHistory = Callable[..., History]
ReadTable = Callable[..., Table]
Refusal = Callable[..., DataError]

_HEADER = "id,text,team,opened,resolved"
_TEAM = ReadOptions(targets=("team",))


def _rows(n: int = 8) -> list[tuple[object, ...]]:
    return [
        (f"T{at}", f"printer number {at} is broken", "AB"[at % 2], f"2024-01-{9 - at:02d}", f"2024-02-{9 - at:02d}")
        for at in range(n)
    ]


def test_history_stands_oldest_first(history_of: ReadHistory) -> None:
    history = history_of(csv(_HEADER, _rows()), _TEAM)
    assert history.ids is not None
    assert history.opened_at is not None
    assert history.ids.tolist() == [f"T{at}" for at in reversed(range(8))]
    assert history.opened_at.is_monotonic_increasing
    assert history.inputs["text"][0] == "printer number 7 is broken"
    assert history.targets["team"][0] == "B"
    assert history.inputs.index.equals(pd.RangeIndex(8))


@pytest.mark.parametrize(("order", "first"), [(None, "a"), ("oldest-first", "a"), ("newest-first", "d")])
def test_rows_without_time_run_as_the_file_says(history_of: ReadHistory, order: str | None, first: str) -> None:
    rows = [(f"printer number {name} is broken", "AB"[at % 2], name) for at, name in enumerate("abcd")]
    history = history_of(csv("text,team,id", rows), ReadOptions(targets=("team",), order=order))
    assert history.ids is not None
    assert history.ids[0] == first
    assert history.opened_at is None
    assert not history.columns.opened_at


@pytest.mark.parametrize(("order", "ids"), [(None, ["b", "a", "c"]), ("newest-first", ["b", "c", "a"])])
def test_incidents_of_the_same_time_keep_the_files_order(
    history_of: ReadHistory, order: str | None, ids: list[str]
) -> None:
    days = {"a": 2, "b": 1, "c": 2}
    rows = [
        (name, f"printer {name} is very broken", "AB"[at % 2], f"2024-01-0{day}")
        for at, (name, day) in enumerate(days.items())
    ]
    history = history_of(csv("id,text,team,opened", rows), ReadOptions(targets=("team",), order=order))
    assert history.ids is not None
    assert history.ids.tolist() == ids


@settings(max_examples=20)  # each reads two tables
@given(st.permutations(range(8)))
def test_row_order_does_not_matter_when_times_are_known(order: list[int]) -> None:
    rows, frame = _rows(), pd.DataFrame(_rows(), columns=_HEADER.split(","), dtype="str")
    table = Table(Path("t.csv"), frame, tuple(frame.columns), np.arange(2, 10))
    shuffled_frame = frame.iloc[order].reset_index(drop=True)
    shuffled = Table(Path("t.csv"), shuffled_frame, tuple(frame.columns), np.arange(2, 10))
    history, other = to_history(table, _TEAM), to_history(shuffled, _TEAM)
    assert history.fingerprint == other.fingerprint
    assert history.keys.tolist() == other.keys.tolist()
    assert len(rows) == len(history)


def test_cells_are_text_or_none_in_columns_of_objects(history_of: ReadHistory) -> None:
    rows = [(*row, "" if at == 0 else "x", "?" if at == 1 else "y") for at, row in enumerate(_rows())]
    rows = [(*row, f"v{at % 2}" if at else "null") for at, row in enumerate(rows)]
    history = history_of(csv(f"{_HEADER},a,b,c", rows), ReadOptions(targets=("team", "c")))
    assert set(history.inputs.dtypes) == set(history.targets.dtypes) == {np.dtype(object)}
    assert history.targets["c"].isna().sum() == 1
    assert history.targets["c"][7] is None


def test_label_is_known_when_resolved_and_never_before_it_was_opened(history_of: ReadHistory) -> None:
    rows = _rows()
    rows[0] = (*rows[0][:4], "2023-01-01")
    rows[1] = (*rows[1][:4], "")
    history = history_of(csv(_HEADER, rows), _TEAM)
    assert history.known_at is not None
    assert history.known_at.dt.strftime("%m-%d").fillna("").tolist()[-3:] == ["02-07", "", "01-09"]


def test_labels_time_is_unknown_when_the_file_does_not_say(history_of: ReadHistory) -> None:
    assert history_of(csv("id,text,team,opened", [row[:4] for row in _rows()]), _TEAM).known_at is None


def test_event_log_becomes_incidents_with_default_targets(history_of: ReadHistory) -> None:
    history = history_of(log_of(two_incidents()))
    assert history.kind == "servicenow-event-log"
    assert list(history.targets) == ["assignment_group", "impact", "urgency"]
    assert history.ids is not None
    assert history.ids.tolist() == ["2", "1"]
    assert history.inputs.loc[0].isna().all()
    assert history.inputs.loc[1, "assignment_group"] == "Desk"
    assert history.targets.loc[1, "assignment_group"] == "Field"
    assert {"assigned_to", "closed_code", "resolved_at"} <= {column.name for column in history.refused}


def test_default_target_that_never_varies_is_left_out_but_a_named_one_is_refused(
    history_of: ReadHistory, refused: Refusal
) -> None:
    log = log_of([Event("1"), Event("2", group="Net")])
    assert list(history_of(log).targets) == ["assignment_group"]
    assert "two different labels" in str(refused(log, ReadOptions(targets=("impact",))))


def test_event_log_without_any_opening_is_refused(refused: Refusal) -> None:
    assert "no incident has its opening event" in str(
        refused(log_of([Event(state="Closed"), Event("2", "Active", group="Net")]))
    )


def test_incident_table_is_recognised(history_of: ReadHistory) -> None:
    header = "Number,Opened,Short description,Assignment group,Category,Priority,Assigned to,State,Resolved"
    rows = [
        (
            f"INC{at}",
            f"2024-01-{at + 1:02d}",
            f"Printer {at} broken",
            f"G{at % 2}",
            f"C{at % 3}",
            at % 5,
            "me",
            "Closed",
            "",
        )
        for at in range(20)
    ]
    history = history_of(csv(header, rows))
    assert history.kind == "servicenow-incidents"
    assert list(history.targets) == ["Assignment group", "Category"]
    assert history.columns.text == ("Short description",)
    assert history.columns.fields == ("Priority",)


def test_faults_of_every_kind_are_told_at_once(refused: Refusal) -> None:
    rows = [(*row, "only") for row in _rows()]
    rows[2] = ("T1", *rows[2][1:3], "yesterday", *rows[2][4:])
    rows[3] = (*rows[3][:3], "", *rows[3][4:])
    error = refused(csv(f"{_HEADER},kind", rows), ReadOptions(targets=("team", "kind")))
    told = {(problem.where, problem.rows) for problem in error.problems}
    assert told == {("opened", (4,)), ("opened", (5,)), ("id", (3, 4)), ("kind", ())}


@pytest.mark.parametrize(
    ("labels", "told"),
    [("A" * 8, "two different labels"), ("A???????", "1 of 8 rows labelled"), ("?" * 8, "0 of 8 rows labelled")],
)
def test_target_that_cannot_be_learnt_is_refused(refused: Refusal, labels: str, told: str) -> None:
    rows = [(*row[:2], label, *row[3:]) for row, label in zip(_rows(), labels, strict=True)]
    assert told in str(refused(csv(_HEADER, rows), _TEAM))


def test_text_that_is_empty_throughout_is_refused(refused: Refusal) -> None:
    rows = [(*row, "") for row in _rows()]
    error = refused(csv(f"{_HEADER},note", rows), ReadOptions(targets=("team",), text=("note",)))
    assert [problem.where for problem in error.problems] == ["note"]


def test_table_without_any_usable_column_is_refused_with_the_reasons(refused: Refusal) -> None:
    error = refused(csv("id,status,team", [(f"T{at}", "x", "AB"[at % 2]) for at in range(8)]), _TEAM)
    assert "status: filled in while" in str(error)


def test_missing_identifier_is_refused(refused: Refusal) -> None:
    rows = _rows()
    rows[4] = ("", *rows[4][1:])
    [problem] = refused(csv(_HEADER, rows), _TEAM).problems
    assert (problem.where, problem.rows) == ("id", (6,))


def test_broken_rows_bad_dates_and_missing_columns_are_told_in_one_pass(table_of: ReadTable) -> None:
    content = (
        csv(_HEADER, _rows())
        .replace("2024-01-07", "2024-01-32")
        .replace("printer number 4", "dr\N{LATIN SMALL LETTER U WITH DIAERESIS}ck")
    )
    # A byte that no usual encoding of western text has.
    table = table_of(content.encode("cp1252").replace(b"\xfc", b"\x81") + b"T9,cut off\n")
    with pytest.raises(DataError) as refused:
        to_history(table, _TEAM)
    assert [problem.rows for problem in refused.value.problems] == [(10,), (6,), (4,)]
    with pytest.raises(UsageError, match="--field 'colour'") as wrong:
        to_history(table, ReadOptions(targets=("team",), fields=("colour",)))
    assert wrong.value.problems == refused.value.problems


def test_missing_target_is_told_with_the_broken_rows(table_of: ReadTable) -> None:
    with pytest.raises(UsageError, match="--target 'Team'") as wrong:
        to_history(table_of(csv(_HEADER, _rows()) + "T9,cut off\n"), ReadOptions(targets=("Team",)))
    assert [problem.rows for problem in wrong.value.problems] == [(10,)]


def test_nothing_is_found_beside_what_is_named_for_a_stored_model(history_of: ReadHistory) -> None:
    rows = [(*row, f"v{at % 3}") for at, row in enumerate(_rows())]
    options = ReadOptions(targets=("team",), text=("text",), only_named=True)
    assert history_of(csv(f"{_HEADER},kind", rows), _TEAM).columns.fields == ("kind",)
    assert history_of(csv(f"{_HEADER},kind", rows), options).columns.fields == ()
    log = ReadOptions(fields=("category",), only_named=True)
    assert history_of(log_of(two_incidents()), log).columns.fields == ("category",)


def test_order_of_columns_does_not_change_what_is_learnt(history_of: ReadHistory) -> None:
    rows = [(*row, f"v{at % 3}", f"w{at % 4 // 2}") for at, row in enumerate(_rows())]
    history = history_of(csv(f"{_HEADER},site,kind", rows), ReadOptions(targets=("team",), fields=("site", "kind")))
    moved = history_of(
        csv(f"{_HEADER},kind,site", [(*row[:5], row[6], row[5]) for row in rows]),
        ReadOptions(targets=("team",), fields=("kind", "site")),
    )
    assert history.columns == moved.columns
    assert history.columns.fields == ("kind", "site")
    assert history.fingerprint == moved.fingerprint


def test_column_that_is_not_there_is_wrong_usage(history_of: ReadHistory) -> None:
    with pytest.raises(UsageError, match="--field 'colour'"):
        history_of(csv(_HEADER, _rows()), ReadOptions(targets=("team",), fields=("colour",)))


@pytest.mark.real_data
@pytest.mark.parametrize("targets", [(), ("Topic_group",)])
def test_real_tickets_go_in_with_and_without_a_target(real_data: Path, targets: tuple[str, ...]) -> None:
    options = ReadOptions(targets=targets, order="newest-first")
    history = to_history(read_table(real_data / "tickets" / "it_service_8topic" / "tickets.zip", options), options)
    assert (len(history), history.targets["Topic_group"].nunique()) == (47_837, 8)
    assert history.columns.text == ("Document",)


@pytest.mark.real_data
def test_real_one_row_incidents_are_read_from_their_opening_columns(real_data: Path) -> None:
    options = ReadOptions(targets=("assignment_group_final",))
    history = to_history(read_table(real_data / "tickets" / "uci_incident_log" / "incidents.csv.gz", options), options)
    assert len(history) == 24_918
    assert len(history.columns.fields) == 14
    assert all(name.endswith("_open") for name in history.columns.fields)


@pytest.mark.real_data
def test_real_bug_reports_are_read_with_their_texts(real_data: Path) -> None:
    options = ReadOptions(targets=("Priority",))
    history = to_history(read_table(real_data / "tickets" / "gitbugs" / "hadoop_bugs.csv", options), options)
    assert len(history) == 2_503
    assert history.columns.text == ("Summary", "Description")
    assert {"Status", "Resolution", "Resolved"} <= {column.name for column in history.refused}
