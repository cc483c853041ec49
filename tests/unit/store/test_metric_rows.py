"""Warnings as rows."""

from __future__ import annotations

from dataclasses import replace

import orjson
from tests.fakes import warning_on

from triage.domain import Cause
from triage.store.metric_rows import warning_row


def test_causes_are_kept_in_their_order() -> None:
    row = warning_row(replace(warning_on("a", 60), causes=(Cause("disk", 0.75), Cause("cpu", 0.25))))
    assert orjson.loads(row["causes"]) == [["disk", 0.75], ["cpu", 0.25]]
