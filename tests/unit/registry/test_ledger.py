"""The ledger and the pointer come back as they were; what is no ledger or no pointer is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.registry.conftest import NOON

from triage.errors import BundleRefused
from triage.registry.ledger import ChampionPointer, Ledger, Pin

PINS = st.builds(Pin, st.integers(1, 30).map(str), st.sampled_from(["a" * 64, "b" * 64]))


def test_a_ledger_comes_back_in_the_order_of_versions() -> None:
    ledger = Ledger({}, {})
    for number in range(1, 13):
        ledger = ledger.adding(Pin(str(number), "a" * 64), NOON)
    back = Ledger.parse(ledger.to_bytes(), "versions.json")
    assert back == ledger
    assert list(back.pins) == [str(number) for number in range(1, 13)]


@given(st.lists(PINS, min_size=1, max_size=60))
def test_former_champions_are_kept_once_newest_first_and_at_most_twenty(promoted: list[Pin]) -> None:
    pointer = ChampionPointer(promoted[0])
    for pin in promoted[1:]:
        pointer = pointer.promoting(pin)
    newest_first = list(dict.fromkeys(reversed(promoted)))
    assert pointer.current == newest_first[0]
    assert list(pointer.earlier) == newest_first[1:21]
    assert ChampionPointer.parse(pointer.to_bytes(), "champion") == pointer


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"version": "1", "manifest_sha256": "a" * 64},
        {"version": "1", "manifest_sha256": "a" * 63, "earlier": []},
        {"version": "../1", "manifest_sha256": "a" * 64, "earlier": []},
        {"version": 1, "manifest_sha256": "a" * 64, "earlier": []},
        {"version": "1", "manifest_sha256": "a" * 64, "earlier": "text"},
        {"version": "1", "manifest_sha256": "a" * 64, "earlier": [{"version": "2"}]},
        {"version": "1", "manifest_sha256": "a" * 64, "earlier": ["2"]},
    ],
)
def test_a_pointer_of_another_shape_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(BundleRefused, match="champion"):
        ChampionPointer.parse(json.dumps(document).encode(), "champion")


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"versions": []},
        {"versions": {"1": None}},
        {"versions": {"1": {"manifest_sha256": "a" * 64}}},
        {"versions": {"1": {"manifest_sha256": "a", "added_at": "2026"}}},
        {"versions": {"../1": {"manifest_sha256": "a" * 64, "added_at": "2026"}}},
    ],
)
def test_a_ledger_of_another_shape_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(BundleRefused, match=r"versions\.json"):
        Ledger.parse(json.dumps(document).encode(), "versions.json")
