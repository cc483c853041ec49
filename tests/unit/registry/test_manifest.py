"""A manifest is read whole or not at all; nothing in it can lead out of its folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.errors import BundleRefused, UsageError
from triage.registry.manifest import FileRecord, Manifest, check_name, is_part_name, parse_manifest

Document = dict[str, Any]
FILES = {"head.npz": FileRecord.of(b"arrays"), "head.json": FileRecord.of(b"{}")}


def manifest(version: str = "3", created_at: datetime = datetime(2026, 3, 1, tzinfo=UTC)) -> Manifest:
    return Manifest(
        name="help-desk",
        version=version,
        created_at=created_at,
        code_version="0.1.0",
        libraries={"numpy": "2.4.0"},
        card={"targets": ["priority"], "scores": {"accuracy": 0.9}},
        files=FILES,
    )


def changed(change: Callable[[Document], object]) -> bytes:
    document = json.loads(manifest().to_bytes())
    change(document)
    return json.dumps(document).encode()


def test_a_manifest_comes_back_as_it_was() -> None:
    assert parse_manifest(manifest().to_bytes()) == manifest()


def test_content_digest_depends_on_the_files_alone() -> None:
    later = manifest(version="4", created_at=datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=1))
    assert later.content_sha256 == manifest().content_sha256
    assert json.loads(later.to_bytes())["content_sha256"] == later.content_sha256


@pytest.mark.parametrize("found", [0, 2, "1", 1.0, True, None])
def test_an_unknown_format_version_is_refused_before_anything_else(found: object) -> None:
    raw = json.dumps({"format_version": found, "of": "the future"}).encode()
    with pytest.raises(BundleRefused, match="format_version must be 1"):
        parse_manifest(raw)


def test_missing_and_unknown_keys_are_all_named() -> None:
    with pytest.raises(BundleRefused) as refused:
        parse_manifest(changed(lambda d: (d.pop("card"), d.pop("files"), d.update(extra=1))))
    assert {problem.where for problem in refused.value.problems} == {"card", "files", "extra"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("kind", "forecasts"),
        ("name", "../other"),
        ("name", None),
        ("version", 3),
        ("version", "03"),
        ("version", "3\n"),
        ("created_at", "yesterday"),
        ("created_at", "2026-03-01T00:00:00"),
        ("created_at", 0),
        ("code_version", ""),
        ("libraries", []),
        ("libraries", {"numpy": 2}),
        ("card", "text"),
        ("files", []),
        ("files", {}),
        ("content_sha256", "0" * 64),
        ("content_sha256", None),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_by_its_key(key: str, value: object) -> None:
    with pytest.raises(BundleRefused, match=key):
        parse_manifest(changed(lambda d: d.update({key: value})))


@pytest.mark.parametrize(
    "name",
    [
        "../head.npz",
        "/etc/passwd",
        "a/head.npz",
        "a\\head.npz",
        "..",
        "head.pkl",
        "head.npz.pkl",
        "head",
        ".npz",
        "Head.npz",
        "manifest.json",
        "head.npz\n",
        "",
    ],
)
def test_a_file_name_that_is_not_a_plain_parts_is_refused(name: str) -> None:
    with pytest.raises(BundleRefused, match="a name must match"):
        parse_manifest(changed(lambda d: d["files"].update({name: d["files"]["head.npz"]})))


@pytest.mark.parametrize(
    "record",
    [
        None,
        {},
        {"sha256": "0" * 64},
        {"sha256": "0" * 64, "bytes": -1},
        {"sha256": "0" * 64, "bytes": True},
        {"sha256": "0" * 64, "bytes": 1.5},
        {"sha256": "0" * 63, "bytes": 1},
        {"sha256": "Z" * 64, "bytes": 1},
        {"sha256": "0" * 64, "bytes": 1, "mode": 1},
    ],
)
def test_a_file_record_of_another_shape_is_refused(record: object) -> None:
    with pytest.raises(BundleRefused, match=r"files.*head\.npz"):
        parse_manifest(changed(lambda d: d["files"].update({"head.npz": record})))


def test_a_part_without_its_other_file_is_refused() -> None:
    with pytest.raises(BundleRefused, match="an npz and a json for each part"):
        parse_manifest(changed(lambda d: d["files"].pop("head.json")))


@given(st.text())
def test_a_name_is_taken_only_if_it_can_stand_in_a_path_and_a_url(name: str) -> None:
    fits = 0 < len(name) < 64 and set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-") and name[0] not in "_-"
    if fits:
        assert check_name(name) == name
    else:
        with pytest.raises(UsageError, match="A model's name"):
            check_name(name)


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\n", "-a", "_a", "A", "ä", "a" * 64, "a.b", "a b"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="A model's name"):
        check_name(name)


def test_a_part_is_not_named_like_the_manifest() -> None:
    assert is_part_name("head_2")
    assert not is_part_name("manifest")
    assert not is_part_name("head\n")
