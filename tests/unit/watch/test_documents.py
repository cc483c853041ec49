from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.unit.watch.series_made import a_part

from triage.domain import EarlyWarning
from triage.errors import BundleRefused
from triage.watch.documents import to_document, warnings_in
from triage.watch.watcher import Watcher


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("entities", None),
        ("entities", ["e0", 1]),
        ("entities", ["e0"]),
        ("metrics", ["m0"] * 4),
        ("alerts", 0),
        ("alerts", True),
        ("period_ns", "day"),
        ("threshold", -1.0),
        ("open", []),
        ("wear", None),
        ("wear", {"m0": 0.0}),
        ("wear", {"m0": 0.25}),
        ("wear", {}),
        ("open", {}),
        ("open", [1]),
        ("open", [{"entity": "e0"}]),
    ],
)
def test_document_that_no_watcher_leaves_is_refused(key: str, value: object) -> None:
    part = a_part()
    with pytest.raises(BundleRefused):
        Watcher.from_part(replace(part, document={**part.document, key: value}))  # type: ignore[dict-item]  # wrong on purpose


def test_warning_is_read_as_it_was_written_and_refused_without_a_zone() -> None:
    warning = EarlyWarning("w1", "db-1", datetime(2026, 6, 1, 12, tzinfo=UTC), None, 0.9, (), "queue is unusual.")
    document = to_document(warning)
    assert warnings_in({"open": [document]}, "open") == [warning]
    with pytest.raises(BundleRefused, match="zone"):
        warnings_in({"open": [{**document, "opened_at": "2026-06-01T12:00:00"}]}, "open")
