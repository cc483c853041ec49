"""Bytes out of files and archives."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from triage.datasets.content import content_of
from triage.errors import DataError, UsageError

Write = Callable[[str | bytes, str], Path]


def _zip(members: Mapping[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def test_gzip_and_zip_are_unpacked(write: Write) -> None:
    assert content_of(write(gzip.compress(b"a,b"), "t.csv.gz")) == (b"a,b", ".csv")
    assert content_of(write(_zip({"folder/t.CSV": "a,b"}), "t.zip")) == (b"a,b", ".csv")


@pytest.mark.parametrize("name", ["t.tsv", "t.jsonl", "t.parquet", "t.txt"])
def test_zip_may_hold_a_table_of_any_format(write: Write, name: str) -> None:
    assert content_of(write(_zip({name: "a,b"}), "t.zip")) == (b"a,b", Path(name).suffix)


def test_text_beside_the_table_of_a_zip_is_a_note(write: Write) -> None:
    assert content_of(write(_zip({"readme.txt": "see a.csv", "a.csv": "a,b"}), "t.zip")) == (b"a,b", ".csv")


def test_debris_of_macos_in_a_zip_does_not_count(write: Write) -> None:
    packed = _zip({"t/a.csv": "a,b", "__MACOSX/t/._a.csv": "junk", "t/.DS_Store": "", "t/._a.csv": "junk"})
    assert content_of(write(packed, "t.zip"))[0] == b"a,b"


@pytest.mark.parametrize(
    ("members", "named"), [({"a.csv": "", "b.csv": ""}, "a.csv, b.csv"), ({"readme.md": ""}, "readme.md")]
)
def test_zip_without_exactly_one_table_is_refused_with_its_members(
    write: Write, members: dict[str, str], named: str
) -> None:
    with pytest.raises(DataError, match=f"exactly one table.*{named}"):
        content_of(write(_zip(members), "t.zip"))


def test_empty_zip_is_refused(write: Write) -> None:
    with pytest.raises(DataError, match="among: nothing"):
        content_of(write(_zip({}), "t.zip"))


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"PK\x03\x04 and no more", "t.zip"),
        (b"no archive", "t.csv.gz"),
        (gzip.compress(b"a,b" * 100, mtime=0)[:20], "t.csv.gz"),
        (_zip({"a.csv": "a,b\n" * 100})[:60], "t.zip"),
    ],
    ids=["words-after-a-mark", "words", "gzip-cut-short", "zip-cut-short"],
)
def test_broken_archive_is_bad_data(write: Write, content: bytes, name: str) -> None:
    with pytest.raises(DataError, match="not a whole"):
        content_of(write(content, name))


def test_encrypted_member_is_refused(write: Write) -> None:
    packed = bytearray(_zip({"a.csv": "a,b"}))
    packed[6] |= 1  # the flag in the member's own header
    packed[packed.index(b"PK\x01\x02") + 8] |= 1  # and in the directory
    with pytest.raises(DataError, match="encrypted"):
        content_of(write(bytes(packed), "t.zip"))


def test_missing_file_and_folder_are_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        content_of(tmp_path / "gone.csv")
    with pytest.raises(UsageError, match="is a folder"):
        content_of(tmp_path)
