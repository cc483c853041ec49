from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.watch.series_made import a_part

from triage.errors import BundleRefused
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
