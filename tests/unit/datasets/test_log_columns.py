"""Tables whose rows are changes of incidents, whatever their columns are called."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter

import pytest
from tests.logs import Event, log_of
from tests.tables import csv

from triage.datasets import ReadOptions, Table, to_history
from triage.datasets.log_columns import find_log_columns
from triage.errors import DataError, UsageError

ReadTable = Callable[..., Table]
_HEADER = "SR Number,Change Date+Time,Status,Involved ST,Product,Owner First Name"


def _rows(n: int = 40) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for at in range(n):
        first = ("N1", "N2")[at % 2]
        rows += [
            (at, f"2024-01-{at % 28 + 1:02d} 10:00", "Accepted", first, f"P{at % 3}", "Ann"),
            (at, f"2024-01-{at % 28 + 1:02d} 12:00", "Completed", ("N2", "N3")[at % 2], f"P{at % 3}", "Bob"),
        ]
    return rows


def test_log_of_another_system_is_told_by_repeated_identifiers_and_changing_states(table_of: ReadTable) -> None:
    found = find_log_columns(table_of(csv(_HEADER, _rows())), ReadOptions())
    assert found is not None
    assert (found.id, found.updated, found.state, found.opened) == ("SR Number", "Change Date+Time", "Status", None)
    assert not found.is_known


def test_incidents_of_such_a_log_have_what_their_first_row_says_and_end_as_their_last(table_of: ReadTable) -> None:
    history = to_history(table_of(csv(_HEADER, _rows())), ReadOptions(targets=("Involved ST",)))
    assert (len(history), history.kind) == (40, "event-log")
    assert set(history.inputs["Involved ST"]) == {"N1", "N2"}
    assert set(history.targets["Involved ST"]) == {"N2", "N3"}
    assert history.columns.fields == ("Involved ST", "Product")
    assert {each.name for each in history.refused} == {"SR Number", "Change Date+Time", "Status", "Owner First Name"}


def test_time_of_opening_of_such_a_log_is_the_one_that_stays(table_of: ReadTable) -> None:
    rows = [(row[0], "2024-01-01 09:00", *row[1:]) for row in _rows()]
    found = find_log_columns(table_of(csv("Incident ID,Open Time,Update Time,Status,a,b,c", rows)), ReadOptions())
    assert found is not None
    assert (found.id, found.opened, found.updated) == ("Incident ID", "Open Time", "Update Time")


def test_time_of_opening_is_one_that_is_filled_in(table_of: ReadTable) -> None:
    times = [("" if at % 3 else "2024-01-01 08:00", "2024-01-01 09:00") for at in range(80)]
    rows = [(row[0], *pair, *row[1:]) for row, pair in zip(_rows(), times, strict=True)]
    header = "SR Number,Erstellt,Geöffnet,Change Date+Time,Status,Involved ST,Product,Owner First Name"
    found = find_log_columns(table_of(csv(header, rows)), ReadOptions())
    assert found is not None
    assert found.opened == "Geöffnet"


def test_who_created_the_record_is_not_read_beside_who_opened_the_incident(table_of: ReadTable) -> None:
    rows = [(*row[:-1], f"p{at // 2 % 5}", f"q{at // 2 % 4}") for at, row in enumerate(_rows())]
    header = "SR Number,Change Date+Time,Status,Involved ST,Product,Geöffnet von,Erstellt von"
    history = to_history(table_of(csv(header, rows)), ReadOptions(targets=("Involved ST",)))
    assert set(history.columns.fields) == {"Involved ST", "Product", "Geöffnet von"}
    assert {each.name: each.reason for each in history.refused}["Erstellt von"].startswith("bookkeeping")


def test_table_with_a_row_an_incident_is_no_log(table_of: ReadTable) -> None:
    rows = [(at, *row[1:]) for at, row in enumerate(_rows())]
    assert find_log_columns(table_of(csv(_HEADER, rows)), ReadOptions()) is None


def test_identifiers_that_repeat_in_one_state_make_no_log(table_of: ReadTable) -> None:
    rows = [(*row[:2], "Closed", *row[3:]) for row in _rows()]
    assert find_log_columns(table_of(csv(_HEADER, rows)), ReadOptions()) is None


def test_known_export_is_told_by_its_columns_alone(table_of: ReadTable) -> None:
    found = find_log_columns(table_of(log_of([Event()])), ReadOptions())
    assert found is not None
    assert found.is_known


def _steps(header: str, n: int = 60) -> str:
    rows: list[tuple[str, str, str, str, str, int]] = []
    for at in range(n):
        day = f"2024-{at % 12 + 1:02d}-{at % 28 + 1:02d}"
        steps = ["taken in", *(("looked into", "sent on")[:: 1 if at % 2 else -1]), "done"]
        rows += [
            (f"V{at:04d}", f"{day} {10 + hour}:00", step, "ABC"[(at + hour // 2) % 3], f"P{at % 4}", at % 5 + hour)
            for hour, step in enumerate(steps)
        ]
    return csv(header, sorted(rows, key=itemgetter(1)))


@pytest.mark.parametrize(
    "header",
    [
        "Ticket ID,Timestamp,Stage,Team,Product,n",
        "case:concept:name,time:timestamp,concept:name,org:group,case:product,amount",
        "Vorgangsnummer,Zeitpunkt,Aktion,Gruppe,Produkt,Betrag",
        "Case,When,What,Who,Thing,Much",
        "Номер заявки,Момент,Что сделано,Группа,Продукт,Сумма",
        "工单编号,时间,环节,处理组,产品,数",
    ],
)
def test_step_of_an_unusual_name_is_told_by_how_cases_begin(table_of: ReadTable, header: str) -> None:
    names = header.split(",")
    found = find_log_columns(table_of(_steps(header)), ReadOptions())
    assert found is not None
    assert (found.id, found.updated, found.state) == tuple(names[:3])
    history = to_history(table_of(_steps(header)), ReadOptions(targets=(names[3],)))
    assert (len(history), history.kind) == (60, "event-log")
    assert names[4] in history.columns.fields
    assert history.inputs[names[4]].notna().all()


def test_table_of_tickets_with_several_a_requester_is_no_log(table_of: ReadTable) -> None:
    rows = [
        (at, f"u{at % 20}", f"2024-{at // 28 + 1:02d}-{at % 28 + 1:02d}", "ABC"[at % 3], ("new", "old")[at < 40])
        for at in range(120)
    ]
    assert find_log_columns(table_of(csv("Ticket ID,Requester ID,Created,Team,Release", rows)), ReadOptions()) is None
    assert find_log_columns(table_of(csv("a,Case owner,Created,Team,Release", rows)), ReadOptions()) is None


def test_state_and_time_of_a_log_that_nothing_tells_are_taken_from_the_settings(table_of: ReadTable) -> None:
    rows = [
        (at // 2, f"2024-01-{at // 2 % 28 + 1:02d} 1{at % 2}:00", "xy"[at // 3 % 2], "AB"[at % 2]) for at in range(80)
    ]
    table = table_of(csv("id,Moment,Zug,Team", rows))
    assert find_log_columns(table, ReadOptions()) is None
    with pytest.raises(DataError, match=r'\[columns\] id = "id", state = "COL" and updated = "COL"'):
        to_history(table, ReadOptions(targets=("Team",)))
    found = find_log_columns(table, ReadOptions(state="Zug", updated="Moment"))
    assert found is not None
    assert (found.id, found.updated, found.state) == ("id", "Moment", "Zug")
    with pytest.raises(UsageError, match=r"\[columns\] state = 'Zog' \(did you mean 'Zug'\?\)"):
        to_history(table, ReadOptions(targets=("Team",), state="Zog"))


def test_log_without_a_column_to_learn_says_so(table_of: ReadTable) -> None:
    with pytest.raises(UsageError, match="is an event log: say what to learn"):
        to_history(table_of(_steps("Case,When,What,Who,Thing,Much")), ReadOptions())


def test_what_never_changes_in_such_a_log_is_no_target_unless_asked_for(table_of: ReadTable) -> None:
    table = table_of(_steps("Case,When,What,Queue,Topic,Much"))
    assert list(to_history(table, ReadOptions()).targets) == ["Queue"]
    assert list(to_history(table, ReadOptions(targets=("Topic",))).targets) == ["Topic"]
