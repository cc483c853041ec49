"""Bundles by name and version: what is promoted is verified, and a spoilt champion gives way to the last good one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import triage
from triage.errors import BundleRefused, NotFound, TriageError, UsageError
from triage.parts import Parts
from triage.registry import Shelf
from triage.training import ModelShelf

SOURCES = Path(triage.__file__).parents[1]


def spoil(shelf: Shelf, version: str, file: str = "head.npz") -> None:
    path = shelf.folder("desk", version) / file
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)


def test_the_shelf_is_what_training_asks_for(shelf: Shelf) -> None:
    port: ModelShelf = shelf
    assert port.champion("desk") is None


def test_an_added_model_loads_with_its_card_and_its_libraries(shelf: Shelf, parts: Parts) -> None:
    assert shelf.add("desk", parts, {"targets": ["priority"], "accuracy": 0.875}) == "1"
    bundle = shelf.load("desk", "1")
    assert (bundle.name, bundle.version) == ("desk", "1")
    assert bundle.card == {"targets": ["priority"], "accuracy": 0.875}
    assert bundle.manifest.code_version == triage.__version__
    assert {"python", "numpy"} <= bundle.manifest.libraries.keys()
    assert bundle.folder == shelf.folder("desk", "1")


def test_the_same_parts_have_the_same_content_digest_in_every_version(shelf: Shelf, parts: Parts) -> None:
    for _ in range(2):
        shelf.add("desk", parts, {})
    assert shelf.verify("desk", "1").content_sha256 == shelf.verify("desk", "2").content_sha256


def test_versions_are_numbered_and_models_listed(shelf: Shelf, parts: Parts, tmp_path: Path) -> None:
    assert shelf.names() == ()
    assert [shelf.add("desk", parts, {}) for _ in range(11)] == [str(number) for number in range(1, 12)]
    shelf.add("alpha", parts, {})
    (tmp_path / "models" / "_mlflow" / "7").mkdir(parents=True)
    (tmp_path / "models" / "README.md").touch()
    assert shelf.names() == ("alpha", "desk")
    assert shelf.versions("desk")[-2:] == ("10", "11")


def test_nothing_is_champion_before_it_is_promoted(shelf: Shelf, parts: Parts) -> None:
    shelf.add("desk", parts, {})
    assert shelf.champion("desk") is None
    assert shelf.pointer_stamp("desk") is None
    with pytest.raises(NotFound, match=r"has no champion\. Promote one of its versions: 1"):
        shelf.load("desk")


def test_the_promoted_version_is_loaded_and_rolling_back_is_promoting(shelf: Shelf, parts: Parts) -> None:
    for _ in range(3):
        shelf.add("desk", parts, {})
    for version in ("1", "3", "2", "1"):
        shelf.promote("desk", version)
        assert shelf.champion("desk") == shelf.load("desk").version == version
    # What is fallen back on is the newest former champion, each once.
    (shelf.folder("desk", "1") / "head.npz").unlink()
    assert shelf.last_good("desk")[0].version == "2"


def test_promoting_the_champion_again_changes_nothing(shelf: Shelf, parts: Parts) -> None:
    shelf.add("desk", parts, {})
    shelf.promote("desk", "1")
    stamp = shelf.pointer_stamp("desk")
    shelf.promote("desk", "1")
    assert shelf.pointer_stamp("desk") == stamp


@pytest.mark.parametrize("name", ["", "..", "a/b", "../desk", "Desk", "a" * 64])
def test_a_name_that_is_none_is_refused_by_every_method(shelf: Shelf, parts: Parts, name: str) -> None:
    calls: list[Callable[[], object]] = [
        lambda: shelf.versions(name),
        lambda: shelf.champion(name),
        lambda: shelf.load(name),
        lambda: shelf.last_good(name),
        lambda: shelf.promote(name, "1"),
        lambda: shelf.add(name, parts, {}),
        lambda: shelf.folder(name, "1"),
        lambda: shelf.pointer_stamp(name),
    ]
    for call in calls:
        with pytest.raises(UsageError, match="A model's name"):
            call()


def test_what_is_not_there_is_answered_with_what_is(shelf: Shelf, parts: Parts) -> None:
    with pytest.raises(NotFound, match=r"no model 'desk' .* none; train one first"):
        shelf.load("desk")
    shelf.add("alpha", parts, {})
    shelf.add("alpha", parts, {})
    with pytest.raises(NotFound, match=r"no model 'desk' .* Models there: alpha"):
        shelf.versions("desk")
    for version in ("3", "", "../1", "01"):
        with pytest.raises(NotFound, match="Its versions: 2, 1"):
            shelf.load("alpha", version)


def test_a_spoilt_version_is_neither_loaded_nor_promoted(shelf: Shelf, parts: Parts) -> None:
    shelf.add("desk", parts, {})
    shelf.add("desk", parts, {})
    shelf.promote("desk", "1")
    spoil(shelf, "2")
    for call in (shelf.load, shelf.verify, shelf.promote):
        with pytest.raises(BundleRefused, match=r"head\.npz was changed"):
            call("desk", "2")
    assert shelf.champion("desk") == "1"


def test_a_bundle_in_anothers_place_is_refused(shelf: Shelf, parts: Parts) -> None:
    shelf.add("desk", parts, {"note": "first"})
    shelf.add("desk", parts, {"note": "second"})
    one, two = shelf.folder("desk", "1"), shelf.folder("desk", "2")
    one.rename(one.with_name("aside"))
    two.rename(one)
    with pytest.raises(BundleRefused, match=r"manifest\.json was changed"):
        shelf.load("desk", "1")


def test_a_bundle_in_anothers_place_is_refused_though_the_ledger_was_changed_too(shelf: Shelf, parts: Parts) -> None:
    shelf.add("desk", parts, {"note": "first"})
    shelf.add("desk", parts, {"note": "second"})
    one, two = shelf.folder("desk", "1"), shelf.folder("desk", "2")
    path = one.parents[1] / "versions.json"
    ledger = json.loads(path.read_bytes())
    ledger["versions"]["1"] = ledger["versions"]["2"]
    path.write_text(json.dumps(ledger))
    one.rename(one.with_name("aside"))
    two.rename(one)
    with pytest.raises(BundleRefused, match=r"must hold model 'desk' version 1\. Got .* version 2"):
        shelf.load("desk", "1")


def test_the_last_good_champion_stands_in_for_a_spoilt_one(shelf: Shelf, parts: Parts) -> None:
    for version in ("1", "2", "3"):
        shelf.add("desk", parts, {})
        shelf.promote("desk", version)
    bundle, refused = shelf.last_good("desk")
    assert (bundle.version, refused) == ("3", ())
    spoil(shelf, "3")
    spoil(shelf, "2", "manifest.json")
    bundle, refused = shelf.last_good("desk")
    assert bundle.version == "1"
    assert [("head.npz" in reason, "manifest.json" in reason) for reason in refused] == [(True, False), (False, True)]
    assert shelf.champion("desk") == "3"


def test_when_no_champion_verifies_every_reason_is_given(shelf: Shelf, parts: Parts) -> None:
    for version in ("1", "2"):
        shelf.add("desk", parts, {})
        shelf.promote("desk", version)
        spoil(shelf, version)
    shelf.add("desk", parts, {})  # never promoted: it does not stand in
    with pytest.raises(BundleRefused, match=r"versions/2/head\.npz was changed.*versions/1/head\.npz was changed"):
        shelf.last_good("desk")


def test_a_pointer_that_cannot_be_read_is_refused_and_repaired_by_promoting(shelf: Shelf, parts: Parts) -> None:
    shelf.add("desk", parts, {})
    shelf.promote("desk", "1")
    pointer = shelf.folder("desk", "1").parents[1] / "champion"
    pointer.write_text("{")
    for call in (shelf.champion, shelf.load, shelf.last_good):
        with pytest.raises(BundleRefused, match="champion is not JSON"):
            call("desk")
    shelf.promote("desk", "1")
    assert shelf.load("desk").version == "1"


def test_a_ledger_that_cannot_be_read_takes_no_new_version(shelf: Shelf, parts: Parts) -> None:
    shelf.add("desk", parts, {})
    (shelf.folder("desk", "1").parents[1] / "versions.json").write_text("{}")
    with pytest.raises(BundleRefused, match=r"versions\.json"):
        shelf.add("desk", parts, {})


def test_a_card_that_is_no_json_leaves_nothing_behind(shelf: Shelf, parts: Parts) -> None:
    with pytest.raises(TriageError, match="card/accuracy must be finite"):
        shelf.add("desk", parts, {"accuracy": float("nan")})
    assert shelf.names() == ()


def test_a_folder_that_cannot_be_written_is_our_error(tmp_path: Path, parts: Parts) -> None:
    (tmp_path / "models").touch()
    with pytest.raises(TriageError, match="could not be written"):
        Shelf(tmp_path / "models").add("desk", parts, {})


ADD_FIVE = """
import sys
from pathlib import Path
import numpy as np
from triage.parts import Part
from triage.registry import Shelf
shelf = Shelf(Path(sys.argv[1]))
for _ in range(5):
    print(shelf.add("desk", {"head": Part({"w": np.zeros(1000)}, {})}, {}))
"""


def test_processes_that_add_at_the_same_time_get_different_versions(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ADD_FIVE, str(tmp_path / "models")]
    environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) for _ in range(3)]
    given = [version for process in running for version in process.communicate(timeout=60)[0].split()]
    assert sorted(given, key=int) == [str(number) for number in range(1, 16)]
    shelf = Shelf(tmp_path / "models")
    assert sorted(shelf.versions("desk"), key=int) == sorted(given, key=int)
    assert all(shelf.verify("desk", version).version == version for version in given)


def test_the_shelf_imports_neither_mlflow_nor_what_only_training_needs() -> None:
    script = (
        "import sys, triage.registry; print(sorted({'mlflow', 'matplotlib', 'sklearn', 'pandas'} & sys.modules.keys()))"
    )
    environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip() == "[]"


def test_a_name_holds_one_kind_of_model(shelf: Shelf, parts: Parts) -> None:
    assert shelf.kind("estate") is None
    shelf.add("estate", parts, {"kind": "metrics"})
    assert shelf.kind("estate") == "metrics"
    with pytest.raises(UsageError, match="learns from metrics"):
        shelf.add("estate", parts, {})
    with pytest.raises(UsageError, match="another name"):
        shelf.check_kind("estate", "incidents")
    shelf.check_kind("estate", "metrics")


def test_a_card_that_says_no_kind_is_of_incidents(shelf: Shelf, parts: Parts) -> None:
    shelf.add("desk", parts, {})
    assert shelf.kind("desk") == "incidents"
