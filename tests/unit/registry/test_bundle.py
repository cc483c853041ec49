"""A bundle comes back bit for bit; one that was touched, or made by somebody hostile, is refused unopened."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.registry.conftest import NOON
from tests.unit.registry.hostile import npz_of_objects, planted_pickle

from triage.errors import BundleRefused, TriageError
from triage.parts import Part, Parts
from triage.registry.bundle import Bundle, pack_parts, read_bundle, write_bundle
from triage.registry.manifest import MANIFEST_FILE, FileRecord, Manifest

FILES = ("features.json", "features.npz", "head.json", "head.npz", MANIFEST_FILE)


def written(folder: Path, content: Mapping[str, bytes]) -> str:
    """Write as a consistent writer does, hostile or not: every hash fits."""
    manifest = Manifest(
        name="desk",
        version="1",
        created_at=NOON,
        code_version="0.1.0",
        libraries={},
        card={"targets": ["priority"]},
        files={file: FileRecord.of(data) for file, data in content.items()},
    )
    return write_bundle(folder, content, manifest)


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory, parts: Parts) -> tuple[Path, str]:
    """Return a good bundle and its digest; a test that touches it puts it right again."""
    folder = tmp_path_factory.mktemp("bundles") / "1"
    return folder, written(folder, pack_parts(parts))


@pytest.fixture
def copied(tmp_path: Path, standing: tuple[Path, str]) -> tuple[Path, str]:
    """Return a good bundle to spoil."""
    folder, digest = standing
    return shutil.copytree(folder, tmp_path / "copy"), digest


def test_parts_come_back_bit_for_bit(standing: tuple[Path, str], parts: Parts) -> None:
    bundle = read_bundle(*standing)
    assert isinstance(bundle, Bundle)
    assert (bundle.name, bundle.version, bundle.card) == ("desk", "1", {"targets": ["priority"]})
    assert bundle.parts.keys() == parts.keys()
    for name, part in parts.items():
        back = bundle.parts[name]
        assert back.document == part.document
        assert {key: (array.dtype, array.shape, array.tobytes()) for key, array in back.arrays.items()} == {
            key: (array.dtype, array.shape, array.tobytes()) for key, array in part.arrays.items()
        }


def test_only_the_wanted_parts_are_loaded(standing: tuple[Path, str], parts: Parts) -> None:
    bundle = read_bundle(*standing, wanted=("head", "not there"))
    assert bundle.parts.keys() == {"head"}
    assert bundle.parts["head"].document == parts["head"].document
    assert not read_bundle(*standing, wanted=()).parts


def test_the_same_parts_give_the_same_bytes_and_the_same_digest(parts: Parts, tmp_path: Path) -> None:
    turned = {
        name: Part(dict(reversed(list(part.arrays.items()))), part.document)
        for name, part in reversed(list(parts.items()))
    }
    assert pack_parts(turned) == pack_parts(parts)
    first, second = written(tmp_path / "1", pack_parts(parts)), written(tmp_path / "2", pack_parts(turned))
    assert first == second
    assert (
        read_bundle(tmp_path / "1", first).manifest.content_sha256
        == read_bundle(tmp_path / "2", second).manifest.content_sha256
    )


@given(data=st.data())
def test_one_flipped_bit_anywhere_is_refused(standing: tuple[Path, str], data: st.DataObject) -> None:
    folder, digest = standing
    path = folder / data.draw(st.sampled_from(FILES))
    good = path.read_bytes()
    # The first and last bytes are where formats are told apart: they are drawn as often as all others.
    position = data.draw(st.integers(0, len(good) - 1) | st.sampled_from([0, 1, 2, 3, len(good) - 2, len(good) - 1]))
    bad = bytearray(good)
    bad[position] ^= 1 << data.draw(st.integers(0, 7))
    try:
        path.write_bytes(bad)
        for wanted in (None, ("features",), ()):
            with pytest.raises(BundleRefused, match=f"{path.name} was changed: its SHA-256 must be"):
                read_bundle(folder, digest, wanted)
    finally:
        path.write_bytes(good)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("kept", [0, 1, -1])
def test_a_truncated_file_is_refused(copied: tuple[Path, str], file: str, kept: int) -> None:
    path = copied[0] / file
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(BundleRefused, match=f"{file} was changed"):
        read_bundle(*copied)


@pytest.mark.parametrize("file", FILES)
def test_a_longer_file_is_refused(copied: tuple[Path, str], file: str) -> None:
    with (copied[0] / file).open("ab") as stream:
        stream.write(b"\n")
    with pytest.raises(BundleRefused, match=file):
        read_bundle(*copied)


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_refused(copied: tuple[Path, str], file: str) -> None:
    (copied[0] / file).unlink()
    with pytest.raises(BundleRefused, match=file):
        read_bundle(*copied)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleRefused, match="No such file"):
        read_bundle(tmp_path / "nowhere", "0" * 64)


@pytest.mark.parametrize("name", ["model.pkl", ".hidden", "head.npz.bak", "other.npz"])
def test_an_extra_file_is_refused_and_not_opened(copied: tuple[Path, str], name: str, tmp_path: Path) -> None:
    (copied[0] / name).write_bytes(planted_pickle(tmp_path / "ran"))
    with pytest.raises(BundleRefused, match=r"does not list: .*" + name):
        read_bundle(*copied)
    assert not (tmp_path / "ran").exists()


def test_a_symbolic_link_is_refused_even_to_the_right_bytes(copied: tuple[Path, str]) -> None:
    path = copied[0] / "head.npz"
    path.rename(copied[0].parent / "elsewhere")
    path.symlink_to(copied[0].parent / "elsewhere")
    with pytest.raises(BundleRefused, match=r"regular files only\. Got head\.npz"):
        read_bundle(*copied)


def test_a_pipe_or_a_folder_in_a_bundle_is_refused(copied: tuple[Path, str]) -> None:
    (copied[0] / "head.npz").unlink()
    os.mkfifo(copied[0] / "head.npz")
    (copied[0] / "folder").mkdir()
    with pytest.raises(BundleRefused, match=r"regular files only\. Got folder, head\.npz"):
        read_bundle(*copied)


def test_another_bundles_manifest_is_refused(copied: tuple[Path, str], parts: Parts, tmp_path: Path) -> None:
    written(tmp_path / "other", pack_parts({"head": parts["head"]}))
    shutil.copy(tmp_path / "other" / MANIFEST_FILE, copied[0] / MANIFEST_FILE)
    with pytest.raises(BundleRefused, match=r"manifest\.json was changed"):
        read_bundle(*copied)


def test_a_manifest_that_leads_out_of_the_folder_is_refused(copied: tuple[Path, str], tmp_path: Path) -> None:
    folder, _ = copied
    (tmp_path / "outside.npz").write_bytes(b"x")
    document = json.loads((folder / MANIFEST_FILE).read_bytes())
    document["files"]["../outside.npz"] = document["files"].pop("head.npz")
    raw = json.dumps(document).encode()
    (folder / MANIFEST_FILE).write_bytes(raw)
    with pytest.raises(BundleRefused, match="a name must match"):
        read_bundle(folder, hashlib.sha256(raw).hexdigest())


@pytest.mark.parametrize("hostile", [planted_pickle, npz_of_objects], ids=["pickle", "array of objects"])
def test_what_runs_code_is_refused_though_every_hash_fits(
    hostile: Callable[[Path], bytes], parts: Parts, tmp_path: Path
) -> None:
    content = pack_parts(parts) | {"head.npz": hostile(tmp_path / "ran")}
    digest = written(tmp_path / "1", content)
    with pytest.raises(BundleRefused, match=r"head\.npz"):
        read_bundle(tmp_path / "1", digest)
    assert not (tmp_path / "ran").exists()


def test_a_document_that_is_no_json_is_refused_though_every_hash_fits(parts: Parts, tmp_path: Path) -> None:
    digest = written(tmp_path / "1", pack_parts(parts) | {"head.json": planted_pickle(tmp_path / "ran")})
    with pytest.raises(BundleRefused, match=r"head\.json is not JSON"):
        read_bundle(tmp_path / "1", digest)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["", "Head", "../head", "manifest", "a.b", "a b"])
def test_a_part_whose_name_is_no_file_name_is_not_stored(name: str) -> None:
    with pytest.raises(TriageError, match="A bundle needs parts"):
        pack_parts({name: Part({"w": np.zeros(1)}, {})})


def test_a_bundle_without_parts_is_not_stored() -> None:
    with pytest.raises(TriageError, match="Got none"):
        pack_parts({})


def test_a_manifest_of_other_content_is_not_written(standing: tuple[Path, str], tmp_path: Path) -> None:
    manifest = read_bundle(*standing).manifest
    with pytest.raises(TriageError, match="does not describe"):
        write_bundle(tmp_path / "1", {"head.npz": b"", "head.json": b"{}"}, manifest)
    assert not (tmp_path / "1").exists()
