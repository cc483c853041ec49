"""A crash at any step of a change leaves the old state: left-overs are neither read nor in the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from triage.errors import BundleRefused, TriageError
from triage.parts import Parts
from triage.registry import Shelf
from triage.registry.home import ModelHome


@pytest.fixture
def home(shelf: Shelf, parts: Parts, tmp_path: Path) -> ModelHome:
    """Return the home of a model with two versions, the first of them champion."""
    shelf.add("desk", parts, {})
    shelf.promote("desk", "1")
    shelf.add("desk", parts, {})
    return ModelHome(tmp_path / "models" / "desk")


def test_a_crash_while_writing_a_bundle_leaves_no_version(shelf: Shelf, home: ModelHome, parts: Parts) -> None:
    (home.path / ".adding").mkdir()
    (home.path / ".adding" / "head.npz").write_bytes(b"half of")
    assert shelf.versions("desk") == ("1", "2")
    assert shelf.add("desk", parts, {}) == "3"
    assert shelf.verify("desk", "3").version == "3"
    assert not (home.path / ".adding").exists()


def test_a_crash_before_the_ledger_knows_leaves_no_version_and_the_number_is_not_given_again(
    shelf: Shelf, home: ModelHome, parts: Parts
) -> None:
    home.bundle_folder("2").rename(home.bundle_folder("3"))
    assert shelf.versions("desk") == ("1", "2")
    assert shelf.add("desk", parts, {}) == "4"


def test_a_crash_before_the_pointer_is_renamed_leaves_the_old_champion(shelf: Shelf, home: ModelHome) -> None:
    (home.path / ".champion.new").write_bytes(b'{"version": "2", ')
    stamp = shelf.pointer_stamp("desk")
    assert shelf.champion("desk") == "1"
    assert shelf.load("desk").version == "1"
    shelf.promote("desk", "2")
    assert shelf.champion("desk") == "2"
    assert shelf.pointer_stamp("desk") != stamp
    assert not (home.path / ".champion.new").exists()


def test_a_lock_left_by_a_dead_process_does_not_hold_anybody(shelf: Shelf, home: ModelHome, parts: Parts) -> None:
    assert (home.path / ".lock").exists()
    assert shelf.add("desk", parts, {}) == "3"


def test_a_bundle_that_says_it_is_another_is_refused(home: ModelHome) -> None:
    ledger = home.ledger()
    assert ledger is not None
    first = ledger.pins["1"]
    other = ModelHome(home.path.with_name("other"))
    home.path.rename(other.path)
    with pytest.raises(BundleRefused, match=r"must hold model 'other' version 1\. Got .* 'desk' version 1"):
        other.read(first)


def test_a_failed_write_leaves_nothing_behind(home: ModelHome) -> None:
    ledger = home.ledger()
    assert ledger is not None
    bundle = home.read(ledger.pins["1"])
    content = {file: (bundle.folder / file).read_bytes() for file in bundle.manifest.files}
    with pytest.raises(TriageError, match="could not be written"), home.changing():
        home.put_bundle(content, bundle.manifest)  # version 1 stands already, and is never replaced
    assert sorted(path.name for path in home.path.iterdir()) == [".lock", "champion", "versions", "versions.json"]
    assert home.read(ledger.pins["1"]).version == "1"
