"""Hostile files are refused without waiting or reading; a crash leaves the old bytes or the new."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

import pytest

from triage.errors import BundleRefused
from triage.registry.files import (
    digest_regular,
    exclusive,
    read_if_there,
    read_regular,
    replace_durably,
    write_durably,
)


def test_a_regular_file_is_read_whole(tmp_path: Path) -> None:
    write_durably(tmp_path / "a", b"12345")
    assert read_regular(tmp_path / "a", 5) == b"12345"


def test_a_digest_is_that_of_what_would_be_read(tmp_path: Path) -> None:
    content = bytes(range(256)) * 5_000
    write_durably(tmp_path / "a", content)
    assert digest_regular(tmp_path / "a", len(content)) == (hashlib.sha256(content).hexdigest(), len(content))
    with pytest.raises(BundleRefused, match="has 1280000 bytes, more than the 10"):
        digest_regular(tmp_path / "a", 10)


def test_a_file_larger_than_it_may_be_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "a").open("wb") as file:
        file.truncate(2**40)  # sparse: reading it would not end
    with pytest.raises(BundleRefused, match="has 1099511627776 bytes, more than the 10"):
        read_regular(tmp_path / "a", 10)


def test_a_symbolic_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"x")
    (tmp_path / "a").symlink_to("target")
    with pytest.raises(BundleRefused, match="cannot be read"):
        read_regular(tmp_path / "a", 10)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")
    with pytest.raises(BundleRefused, match="must be a regular file"):
        read_regular(tmp_path / "a", 10)


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "/"])
def test_a_device_or_a_folder_is_not_read(path: str) -> None:
    with pytest.raises(BundleRefused):
        read_regular(Path(path), 10)


def test_a_missing_file_is_refused_or_none(tmp_path: Path) -> None:
    with pytest.raises(BundleRefused, match="No such file"):
        read_regular(tmp_path / "a", 10)
    assert read_if_there(tmp_path / "a", 10) is None


def test_a_dangling_link_is_not_taken_for_missing(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("nowhere")
    with pytest.raises(BundleRefused):
        read_if_there(tmp_path / "a", 10)


def test_a_replaced_file_has_the_new_bytes_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    replace_durably(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_failed_replacement_keeps_the_old_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    with pytest.raises(OSError, match="Is a directory"):
        replace_durably(tmp_path / "a", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_what_is_there_is_never_written_over(tmp_path: Path) -> None:
    write_durably(tmp_path / "a", b"first")
    with pytest.raises(FileExistsError):
        write_durably(tmp_path / "a", b"second")


def test_a_lock_admits_one_at_a_time(tmp_path: Path) -> None:
    counter = tmp_path / "counter"
    counter.write_text("0")

    def count_up() -> None:
        for _ in range(50):
            with exclusive(tmp_path / ".lock"):
                counter.write_text(str(int(counter.read_text()) + 1))

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counter.read_text() == "200"
