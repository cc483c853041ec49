from __future__ import annotations

import numpy as np
import pytest

from triage.errors import BundleRefused
from triage.learn.duplicates import DuplicateRule
from triage.learn.endings import Coded, Endings
from triage.learn.precedent_index import build_index
from triage.learn.precedent_parts import put_together, take_apart
from triage.parts import Part

ENDINGS = Endings(
    ("1", "2"),
    np.array([5, 6], np.int64),
    np.array([7, 8], np.int64),
    np.array([2.0, np.nan]),
    np.array([1, -1], np.int32),
    Coded.of(["Restarted.", None]),
    {"team": Coded.of(["network", "access"])},
    {"site": Coded.of([None, "Bonn"])},
)


def test_taken_apart_and_put_together_they_are_the_same() -> None:
    rule = DuplicateRule("linked", -6.0, 10.0, 200)
    part = take_apart(build_index(["vpn lost", "printer jam"]), ENDINGS, rule)
    index, endings, again = put_together(part)
    assert again == rule
    assert endings.labels_of(0) == {"team": "network"}
    assert index.find("printer jam", 1).rows == [1]
    repeated = take_apart(index, endings, again)
    assert repeated.document == part.document
    assert {name: array.tobytes() for name, array in repeated.arrays.items()} == {
        name: array.tobytes() for name, array in part.arrays.items()
    }


def test_parts_that_hold_none_are_refused() -> None:
    with pytest.raises(BundleRefused, match="Train the model again"):
        put_together(Part({}, {}))
    whole = take_apart(build_index(["vpn lost", "printer jam"]), ENDINGS, None)
    with pytest.raises(BundleRefused, match="do not fit"):
        put_together(Part({**whole.arrays, "row_starts": whole.arrays["row_starts"][:2]}, whole.document))
