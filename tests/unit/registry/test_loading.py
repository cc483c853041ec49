"""Models of verified bundles."""

from __future__ import annotations

from pathlib import Path

import pytest

from triage.domain import ModelRef
from triage.errors import BundleRefused, UsageError
from triage.parts import Part, Parts
from triage.registry import Shelf
from triage.registry.bundle import Bundle
from triage.registry.loading import restored_watcher, to_loaded, to_watcher
from triage.watch.budget import Budget
from triage.watch.watcher import Watcher


def bundle_of(folder: Path, parts: Parts, card: dict[str, str]) -> Bundle:
    shelf = Shelf(folder)
    return shelf.load("desk", shelf.add("desk", parts, card))


def test_a_verified_bundle_that_holds_no_incident_model_is_refused(tmp_path: Path) -> None:
    bundle = bundle_of(tmp_path, {"served": Part({}, {"columns": 1}), "policy": Part({}, {})}, {})
    with pytest.raises(BundleRefused, match="does not hold an incident model") as caught:
        to_loaded(bundle)
    assert str(caught.value).count("Train it again.") == 1
    assert ".." not in str(caught.value)


def test_a_model_of_metrics_answers_no_incidents_and_says_what_it_is_for(tmp_path: Path) -> None:
    bundle = bundle_of(tmp_path, {"watcher": Watcher(Budget.parse("1/day"), 3.0).to_part()}, {"kind": "metrics"})
    with pytest.raises(UsageError, match="triage detect"):
        to_loaded(bundle)
    loaded = to_watcher(bundle)
    assert loaded.ref == ModelRef("desk", "1")
    watcher = restored_watcher(loaded.state, "It")
    assert isinstance(watcher, Watcher)
    assert watcher.threshold == 3.0


@pytest.mark.parametrize("parts", [{"served": Part({}, {})}, {"watcher": Part({}, {"alerts": 1})}])
def test_a_verified_bundle_that_holds_no_watcher_is_refused(tmp_path: Path, parts: Parts) -> None:
    with pytest.raises(BundleRefused, match="does not hold a watcher"):
        to_watcher(bundle_of(tmp_path, parts, {"kind": "metrics"}))
