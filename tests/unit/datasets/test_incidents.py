"""Files become incidents as they would have come in live."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from tests.logs import Event, log_of, two_incidents
from tests.tables import csv

from triage.datasets import ReadOptions, Table, to_history, to_incidents
from triage.errors import DataError, UsageError
from triage.learn.inputs import InputColumns

ReadTable = Callable[..., Table]

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_COLUMNS = InputColumns(text=("text",), fields=("product", "site"), opened_at=True)


def test_rows_become_incidents_in_the_files_order(table_of: ReadTable) -> None:
    rows = [("b", "printer broken", "?", "2024-02-01 10:00", "A"), ("a", "no mail", "Mail", "2024-01-01 09:00", "B")]
    table = table_of(csv("id,text,product,opened,team", rows))
    [second, first], row_incident = to_incidents(table, _COLUMNS, ReadOptions(), _NOW)
    assert row_incident.tolist() == [0, 1]
    assert (second.id, second.source, second.received_at) == ("b", "tickets", _NOW)
    assert second.opened_at == datetime(2024, 2, 1, 10, tzinfo=UTC)
    assert second.labels == {"text": "printer broken"}
    assert first.labels == {"text": "no mail", "product": "Mail"}


def test_answers_are_not_among_the_labels(table_of: ReadTable) -> None:
    table = table_of(csv("id,text,team,resolution", [(1, "no mail", "Mail", "restarted")]))
    [incident], _ = to_incidents(table, _COLUMNS, ReadOptions(), _NOW)
    assert incident.labels == {"text": "no mail"}


def test_title_and_description_stand_in_for_text_the_file_lacks(table_of: ReadTable) -> None:
    table = table_of(csv("Summary,Description,x", [("no mail", "since noon", 1)]))
    [incident], _ = to_incidents(table, _COLUMNS, ReadOptions(), _NOW)
    assert incident.labels == {"Summary": "no mail", "Description": "since noon"}


def test_row_without_identifier_is_called_by_its_number(table_of: ReadTable) -> None:
    table = table_of("text,product\nno mail,Mail\n\nno net,Net\n")
    incidents, _ = to_incidents(table, _COLUMNS, ReadOptions(), _NOW)
    assert [incident.id for incident in incidents] == ["row-2", "row-4"]
    assert [incident.opened_at for incident in incidents] == [None, None]


def test_named_time_and_identifier_are_taken(table_of: ReadTable) -> None:
    table = table_of(csv("id,text,ref,at", [(1, "no mail", "R7", "2024-01-01 09:00")]))
    options = ReadOptions(time="at", id="ref", tz="Europe/Berlin")
    [incident], _ = to_incidents(table, _COLUMNS, options, _NOW)
    assert (incident.id, incident.opened_at) == ("R7", datetime(2024, 1, 1, 8, tzinfo=UTC))


def test_missing_time_is_unknown_and_a_bad_one_is_refused(table_of: ReadTable) -> None:
    table = table_of("id,text,opened\n1,a,\n2,b,2024-01-01\n")
    incidents, _ = to_incidents(table, _COLUMNS, ReadOptions(), _NOW)
    assert [incident.opened_at is None for incident in incidents] == [True, False]
    bad = table_of("id,text,opened\n1,a,soon\n2,b,2024-01-01\n", "bad.csv")
    with pytest.raises(DataError, match="Rows 2"):
        to_incidents(bad, _COLUMNS, ReadOptions(), _NOW)


def test_time_is_not_read_for_models_that_do_not_use_it(table_of: ReadTable) -> None:
    table = table_of("id,text,opened\n1,a,soon\n2,b,2024-01-01\n")
    incidents, _ = to_incidents(table, InputColumns(("text",), (), opened_at=False), ReadOptions(), _NOW)
    assert [incident.opened_at for incident in incidents] == [None, None]


def test_file_without_any_of_the_columns_is_wrong_usage(table_of: ReadTable) -> None:
    with pytest.raises(UsageError, match="none of the columns that the model reads: text, product, site"):
        to_incidents(table_of("id,colour\n1,red\n"), _COLUMNS, ReadOptions(), _NOW)


def test_broken_rows_and_missing_columns_are_refused(table_of: ReadTable) -> None:
    with pytest.raises(DataError, match="Rows 3"):
        to_incidents(table_of("id,text\n1,a\n2\n"), _COLUMNS, ReadOptions(), _NOW)
    with pytest.raises(UsageError, match="--id 'ref'"):
        to_incidents(table_of("id,text\n1,a\n"), _COLUMNS, ReadOptions(id="ref"), _NOW)


def test_event_log_gives_opening_values_only_and_each_row_its_incident(table_of: ReadTable) -> None:
    columns = InputColumns((), ("category", "assignment_group"), opened_at=True)
    table = table_of(log_of(two_incidents()))
    incidents, row_incident = to_incidents(table, columns, ReadOptions(), _NOW)
    assert [(incident.id, incident.labels) for incident in incidents] == [
        ("1", {"category": "Mail", "assignment_group": "Desk"}),
        ("2", {}),
    ]
    assert row_incident.tolist() == [0, 0, 0, 1, 1]
    assert incidents[1].opened_at == datetime(2016, 2, 29, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "content",
    [
        log_of(two_incidents()),
        csv(
            "id,text,team,kind,opened",
            [(at, f"printer {at} is broken", "AB"[at % 2], f"k{at % 2}", "2024-01-01") for at in range(6)],
        ),
    ],
)
def test_training_and_labelling_read_the_same_of_an_incident(table_of: ReadTable, content: str) -> None:
    table = table_of(content)
    options = ReadOptions(targets=("team",) if "team" in table.columns else ())
    history = to_history(table, options)
    incidents, _ = to_incidents(table, history.columns, ReadOptions(), _NOW)
    assert history.ids is not None
    assert history.opened_at is not None
    rows = [{name: cell for name, cell in row.items() if cell is not None} for row in history.inputs.to_dict("records")]
    assert dict(zip(history.ids, zip(rows, history.opened_at, strict=True), strict=True)) == {
        incident.id: (incident.labels, incident.opened_at) for incident in incidents
    }


def test_event_log_with_faults_is_refused(table_of: ReadTable) -> None:
    columns = InputColumns((), ("category",), opened_at=True)
    with pytest.raises(DataError, match="sys_updated_at"):
        to_incidents(table_of(log_of([Event(updated_at="")])), columns, ReadOptions(), _NOW)


def test_bad_end_does_not_keep_a_log_from_being_labelled(table_of: ReadTable) -> None:
    columns = InputColumns((), ("category",), opened_at=True)
    table = table_of(log_of([Event(resolved_at="whenever"), Event("2", closed_at="later")]))
    assert len(to_incidents(table, columns, ReadOptions(), _NOW)[0]) == 2
