"""Event rows are folded into incidents: the opening from the first event alone, the end from the last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.logs import Event, log_of, two_incidents
from tests.tables import csv

from triage.datasets import ReadOptions, Table, read_table
from triage.datasets.event_log import FoldedLog, fold, input_columns, is_event_log, refused_columns

ReadTable = Callable[..., Table]


def _fold(table: Table) -> FoldedLog:
    log = fold(table, ReadOptions(), with_end=True)
    assert log.problems == ()
    return log


def test_incident_has_its_first_events_values_at_opening_and_its_last_events_at_the_end(table_of: ReadTable) -> None:
    table = table_of(log_of(two_incidents()))
    log = _fold(table)
    assert log.ids.tolist() == ["1", "2"]
    assert log.opening_labels(table, "assignment_group").tolist() == ["Desk", None]
    assert log.final_labels(table, "assignment_group").tolist() == ["Field", "Net"]
    assert log.final_labels(table, "urgency").tolist() == ["2", "3"]
    assert log.incident.tolist() == [0, 0, 0, 1, 1]


@pytest.mark.parametrize(
    ("event", "is_opening"),
    [
        (Event(updated_at="2016-03-01 10:00"), True),
        (Event(updated_at="2016-03-01 10:05"), True),
        (Event(updated_at="2016-03-01 10:06"), False),
        (Event(updated_at="2016-03-01 09:59"), False),
        (Event(state="NEW"), True),
        (Event(state="1"), True),
        (Event(state="Active"), False),
        (Event(state="?"), False),
    ],
)
def test_first_event_counts_only_when_it_is_the_opening(table_of: ReadTable, event: Event, is_opening: bool) -> None:
    assert _fold(table_of(log_of([event, Event("2")]))).at_opening.tolist() == [is_opening, True]


def test_events_run_by_update_then_modification_count_then_file_order(table_of: ReadTable) -> None:
    events = [
        Event(group="late", updated_at="2016-03-01 12:00"),
        Event(group="second", changes=10),
        Event(group="first", changes=9),
        Event(group="third", changes=10),
    ]
    log = _fold(table_of(log_of(events)))
    assert (log.first.tolist(), log.last.tolist()) == ([2], [0])
    tied = _fold(table_of(log_of([Event(group="a"), Event(group="b")])))
    assert (tied.first.tolist(), tied.last.tolist()) == ([0], [1])


def test_nothing_after_the_first_event_changes_what_is_known_at_opening(table_of: ReadTable) -> None:
    events = two_incidents()
    changed = [replace(event, category="X", group="X") if event.changes > 0 else event for event in events]
    before, after = table_of(log_of(events)), table_of(log_of(changed), "changed.csv")
    for column in ("category", "assignment_group", "impact"):
        assert _fold(before).opening_labels(before, column)[0] == _fold(after).opening_labels(after, column)[0]


def test_shuffled_rows_fold_into_the_same_incidents(table_of: ReadTable) -> None:
    events = two_incidents()
    order = np.random.default_rng(0).permutation(len(events))
    table, shuffled = table_of(log_of(events)), table_of(log_of([events[at] for at in order]), "shuffled.csv")

    def incidents(read: Table) -> dict[str, tuple[object, ...]]:
        log = _fold(read)
        ends = (log.opening_labels(read, "category"), log.final_labels(read, "impact"), log.opened_at, log.settled_at)
        return {each[0]: each[1:] for each in zip(log.ids, *ends, strict=True)}

    assert incidents(table) == incidents(shuffled)


def test_end_is_settled_when_resolved_else_closed_else_last_updated(table_of: ReadTable) -> None:
    events = [
        Event("1"),
        Event("2", resolved_at="?"),
        Event("3", resolved_at="?", closed_at="?"),
        Event("4", resolved_at="2016-02-01 00:00"),
    ]
    settled = _fold(table_of(log_of(events))).settled_at.dt.strftime("%m-%d %H:%M").tolist()
    assert settled == ["03-02 09:00", "03-07 09:00", "03-01 10:03", "03-01 10:00"]


def test_events_without_number_update_or_opening_are_told_at_once(table_of: ReadTable) -> None:
    table = table_of(log_of([Event(), Event("?"), Event("3", updated_at="?"), Event("4", opened_at="")]))
    problems = fold(table, ReadOptions(), with_end=True).problems
    assert {problem.where: problem.rows for problem in problems} == {
        "number": (3,),
        "sys_updated_at": (4,),
        "opened_at": (5,),
    }


def test_log_with_texts_is_told_from_a_wide_incident_table_by_repeated_numbers(table_of: ReadTable) -> None:
    header = "number,state,sys_mod_count,opened_at,sys_updated_on,short_description"
    row = ("New", 0, "2016-03-01", "2016-03-01", "printer")
    assert is_event_log(table_of(csv(header, [(1, *row), (1, *row), (2, *row)])), ReadOptions())
    assert not is_event_log(table_of(csv(header, [(1, *row), (2, *row)])), ReadOptions())


def test_log_without_texts_is_one_even_with_one_row_an_incident(table_of: ReadTable) -> None:
    assert is_event_log(table_of(log_of([Event()])), ReadOptions())


def test_columns_read_are_those_of_the_opening_and_the_rest_is_refused(table_of: ReadTable) -> None:
    table = table_of(log_of([Event()]))
    text, fields = input_columns(table, ReadOptions(), _fold(table))
    assert text == ()
    assert fields == ("contact_type", "category", "subcategory", "impact", "urgency", "assignment_group")
    refused = refused_columns(table, _fold(table), fields)
    assert [column.name for column in refused] == [name for name in table.columns if name not in fields]
    assert all(column.reason for column in refused)


def test_assignee_and_bookkeeping_are_features_only_when_asked_for(table_of: ReadTable) -> None:
    table = table_of(log_of([Event()]))
    options = ReadOptions(fields=("assigned_to", "sys_mod_count"))
    assert input_columns(table, options, _fold(table))[1] == ("assigned_to", "sys_mod_count")
    refused = {column.name: column.reason for column in refused_columns(table, _fold(table), options.fields)}
    assert refused["category"] == "not among the columns that were asked for"
    assert "closed_code" in refused


@pytest.mark.real_data
def test_real_log_folds_into_its_incidents(real_data: Path) -> None:
    table = read_table(real_data / "tickets" / "uci_incident_log" / "incident_event_log.zip", ReadOptions())
    log = _fold(table)
    assert (len(table), len(log.ids), int(log.at_opening.sum())) == (141_712, 24_918, 11_060)
    assert table.header[16:18] == ("category", "category")
