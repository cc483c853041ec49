from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

import pandas as pd
import pytest
from tests.histories import constructed_history

from triage.domain import Incident
from triage.learn.inputs import OPENED_HOUR, OPENED_WEEKDAY, InputColumns, Inputs, from_frame, from_incidents

RECEIVED_AT = datetime(2026, 3, 1, tzinfo=UTC)


def incident(labels: Mapping[str, str], opened_at: datetime | None = None) -> Incident:
    return Incident("1", "test", RECEIVED_AT, opened_at, labels)


def read_text(labels: Mapping[str, str], *names: str) -> str:
    return from_incidents([incident(labels)], InputColumns(names, (), opened_at=False)).texts[0]


def test_frame_and_incidents_of_the_same_content_are_the_same_rows() -> None:
    history = constructed_history(40)
    assert history.opened_at is not None
    incidents = [
        incident({str(name): cell for name, cell in record.items() if cell is not None}, at.to_pydatetime())
        for record, at in zip(history.inputs.to_dict("records"), history.opened_at, strict=True)
    ]
    assert from_incidents(incidents, history.columns) == from_frame(history.inputs, history.opened_at, history.columns)


def test_missing_cells_leave_no_trace_in_the_text() -> None:
    frame = pd.DataFrame({"title": ["a", None, "", float("nan")], "body": ["b", "c", None, None]}, dtype=object)
    assert from_frame(frame, None, InputColumns(("title", "body"), (), opened_at=False)).texts == ["a\nb", "c", "", ""]


def test_empty_field_is_missing_in_a_frame_and_in_an_incident() -> None:
    columns = InputColumns((), ("site",), opened_at=False)
    expected = Inputs(["", "", ""], {"site": ["Bonn", None, None]})
    assert from_frame(pd.DataFrame({"site": ["Bonn", "", None]}, dtype=object), None, columns) == expected
    assert from_incidents([incident({"site": "Bonn"}), incident({"site": ""}), incident({})], columns) == expected


def test_hour_and_weekday_of_opening_are_read_in_utc() -> None:
    columns = InputColumns((), (), opened_at=True)
    # Monday half past midnight in Tokyo is still Sunday afternoon in UTC.
    opened_at = datetime(2026, 3, 2, 0, 30, tzinfo=timezone(timedelta(hours=9)))
    expected = {OPENED_HOUR: ["15", None], OPENED_WEEKDAY: ["7", None]}
    assert from_incidents([incident({}, opened_at), incident({})], columns).fields == expected
    times = pd.Series([pd.Timestamp(opened_at).tz_convert("UTC"), pd.NaT])
    assert from_frame(pd.DataFrame(index=range(2)), times, columns).fields == expected


def test_file_without_times_has_missing_time_fields() -> None:
    inputs = from_frame(pd.DataFrame(index=range(2)), None, InputColumns((), (), opened_at=True))
    assert inputs.fields == {OPENED_HOUR: [None, None], OPENED_WEEKDAY: [None, None]}


def test_no_rows_are_read_as_no_rows() -> None:
    columns = InputColumns(("title",), ("site",), opened_at=True)
    empty = from_frame(
        pd.DataFrame({"title": [], "site": []}, dtype=object), pd.Series([], dtype="M8[ns, UTC]"), columns
    )
    assert len(empty) == 0
    assert empty == from_incidents([], columns)


def test_fields_stand_in_feature_order_the_times_last() -> None:
    columns = InputColumns((), ("b", "a"), opened_at=True)
    assert columns.field_names == ("b", "a", OPENED_HOUR, OPENED_WEEKDAY)
    assert tuple(from_incidents([incident({"a": "1"})], columns).fields) == columns.field_names


def test_texts_are_joined_in_the_order_of_the_columns() -> None:
    assert read_text({"body": "b", "title": "a"}, "title", "body") == "a\nb"


@pytest.mark.parametrize(
    "labels",
    [
        {"title": "a", "description": "b"},
        {"Short Description": "a", "Body": "b"},
        {"description": "b", "summary": "a", "site": "x"},
    ],
)
def test_incident_without_the_models_columns_is_read_by_their_usual_names(labels: dict[str, str]) -> None:
    assert read_text(labels, "Document") == "a\nb"


def test_missing_title_is_read_by_its_usual_name() -> None:
    assert read_text({"title": "a", "description": "b"}, "short_description", "description") == "a\nb"
    assert read_text({"body": "b", "summary": "a"}, "summary", "description") == "a\nb"


def test_usual_names_are_not_read_where_the_models_own_are_there() -> None:
    assert read_text({"subject": "x", "Document": "own"}, "Document") == "own"
    assert read_text({"subject": "x", "notes": "own"}, "notes", "more notes") == "own"


def test_text_is_read_once_where_two_columns_share_a_stand_in() -> None:
    assert read_text({"title": "a", "notes": "n"}, "summary", "subject", "notes") == "a\nn"


def test_texts_are_redacted_alike_in_a_frame_and_in_an_incident() -> None:
    columns = InputColumns(("title", "body"), ("caller_id", "site"), opened_at=False)
    rows = {
        "title": ["password: hunter", "printer of Anna", None],
        "body": ["mail a.b@example.org", "Schmidt, Bonn", "Anna in Bonn"],
        "caller_id": ["Bo Li", "Schmidt, Anna", None],
        "site": ["Bonn", "Bonn", "Bonn"],
    }
    read = from_frame(pd.DataFrame(rows, dtype=object), None, columns)
    # The site is no name, and a name is one in the text of its own caller.
    assert read.texts == ["password: xxsecret\nmail xxmail", "printer of xxname\nxxname, Bonn", "Anna in Bonn"]
    assert read.fields["caller_id"] == ["Bo Li", "Schmidt, Anna", None]
    records = [dict(zip(rows, cells, strict=True)) for cells in zip(*rows.values(), strict=True)]
    live = [incident({name: cell for name, cell in record.items() if cell is not None}) for record in records]
    assert from_incidents(live, columns) == read


def test_callers_that_the_model_does_not_read_are_not_looked_for() -> None:
    # Training may not have had them, and the same text must be the same features.
    assert read_text({"title": "printer of Anna", "caller": "Anna Schmidt"}, "title") == "printer of Anna"


def test_model_without_text_columns_reads_no_text() -> None:
    assert read_text({"title": "a"}) == ""


def test_taken_rows_stand_in_the_order_asked_for() -> None:
    inputs = Inputs(["a", "b", "c"], {"site": ["1", None, "3"]})
    assert inputs.take([2, 0, 2]) == Inputs(["c", "a", "c"], {"site": ["3", "1", "3"]})
    assert inputs.take([]) == Inputs([], {"site": []})


@pytest.mark.parametrize(
    ("sent", "hour"),
    [
        ("2026-03-02 00:30", "15"),
        ("2026-03-02T00:30:00Z", "0"),
        ("02.03.2026 00:30", "12"),
        ("0001-01-01", "12"),
    ],
)
def test_own_time_column_of_the_model_is_read_in_its_zone_if_it_is_iso_8601(sent: str, hour: str) -> None:
    columns = InputColumns((), (), opened_at=True, time="Meldezeit", tz="Asia/Tokyo")
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert from_incidents([incident({"Meldezeit": sent}, noon)], columns).fields[OPENED_HOUR] == [hour]


def test_own_time_column_without_a_zone_is_utc_and_need_not_be_sent() -> None:
    columns = InputColumns((), (), opened_at=True, time="Meldezeit")
    fields = from_incidents([incident({"Meldezeit": "2026-03-02T07:00"}), incident({})], columns).fields
    assert fields == {OPENED_HOUR: ["7", None], OPENED_WEEKDAY: ["1", None]}
