"""A row of a file and the same row sent over HTTP are the same inputs to a model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.fakes import NOON

from triage.datasets import ReadOptions, read_table, to_history, to_incidents
from triage.intake import to_received
from triage.learn.inputs import from_frame, from_incidents


@pytest.mark.parametrize("tz", [None, "Asia/Tokyo"])
@pytest.mark.parametrize("time", ["Meldezeit", "created"])
def test_row_of_a_file_and_the_same_row_over_http_are_the_same_inputs(
    tmp_path: Path, time: str, tz: str | None
) -> None:
    rows: list[dict[str, object]] = [
        {
            "id": f"INC{at}",
            "source": ("mail", "phone")[at % 2],
            "title": at % 7,
            "text": f"printer {at} is broken",
            time: f"2026-03-{at % 28 + 1:02d} {at % 24:02d}:30:00",
            "labels": ("a", "b", "c")[at % 3],
            "components": [["disk"], ["disk", "cpu"], []][at % 3],
            "caller": {"id": at % 4, "name": ("Ada", None)[at % 2]},
            "team": ("x", "y")[at % 2],
        }
        for at in range(60)
    ]
    file = tmp_path / "tickets.jsonl"
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    fields, text = ("source", "labels", "components", "caller"), ("title", "text")
    options = ReadOptions(targets=("team",), text=text, fields=fields, time=time, id="id", tz=tz)
    table = read_table(file, options)
    history = to_history(table, options)
    assert (history.columns.time, history.columns.tz) == (time, tz)
    columns = history.columns
    of_file, _ = to_incidents(table, columns, options, NOON)
    sent = [{name: cell for name, cell in row.items() if name != "team"} for row in rows]
    of_http = [to_received(row, NOON, str).incident for row in sent]
    assert from_incidents(of_http, columns) == from_incidents(of_file, columns)
    in_order = [rows.index(row) for row in sorted(rows, key=lambda row: str(row[time]))]
    learnt = from_frame(history.inputs, history.opened_at, columns)
    assert from_incidents(of_http, columns).take(in_order) == learnt
