"""Entries as rows."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.fakes import NOON, network_prediction, received

from triage.domain import Triage
from triage.flow import Entry
from triage.store.rows import rows_of


def test_rows_hold_what_was_received_and_what_was_decided() -> None:
    entry = Entry(received("1", '{"a": "ü"}'), Triage("1", "desk", (network_prediction(),), "late", NOON))
    [rows] = rows_of([entry])
    assert rows.key == ("desk", "1")
    assert rows.revision["body"] == '{"a": "ü"}'
    assert rows.revision["received_at"] == datetime(2026, 11, 23, 10, 0, 5, tzinfo=UTC)
    assert rows.decision["degraded"] == "late"
    assert rows.decision["predictions"].startswith('{"assignment_group":{"label":"network","probability":0.97')
