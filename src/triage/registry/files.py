"""Files that survive a crash, and files that may be hostile: durable writes, reads of regular files only, one lock.

Knows nothing of models. POSIX only: it needs ``flock``, ``O_NOFOLLOW`` and a folder that can be synced.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from triage.errors import BundleRefused

__all__ = [
    "digest_regular",
    "exclusive",
    "read_if_there",
    "read_regular",
    "replace_durably",
    "sync_folder",
    "write_durably",
]


def read_regular(path: Path, most_bytes: int) -> bytes:
    """Read a file whole, once, if it is a regular file of bounded size.

    Parameters
    ----------
    path : Path
        Which file. A symbolic link is not followed; a pipe or a device is neither waited for nor read.
    most_bytes : int
        Larger files are not read.

    Returns
    -------
    bytes

    Raises
    ------
    BundleRefused
        Missing, unreadable, too large, or no regular file.
    """
    with _opened(path, most_bytes) as (file, size):
        return file.read(size)


def digest_regular(path: Path, most_bytes: int) -> tuple[str, int]:
    """Return the SHA-256 (hex) and the size in bytes of a file that `read_regular` would read, without holding it.

    Raises
    ------
    BundleRefused
        Missing, unreadable, too large, or no regular file.
    """
    with _opened(path, most_bytes) as (file, _):
        return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()


def read_if_there(path: Path, most_bytes: int) -> bytes | None:
    """Read a file like `read_regular`; None where there is nothing of that name.

    Raises
    ------
    BundleRefused
        Something of that name is there and cannot be read.
    """
    return read_regular(path, most_bytes) if os.path.lexists(path) else None


def write_durably(path: Path, data: bytes) -> None:
    """Write a new file and wait until the disk has it; the folder's own entry is `sync_folder`'s business."""
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def replace_durably(path: Path, data: bytes) -> None:
    """Replace a file in one step: after a crash at any moment it holds the old bytes or the new.

    One writer at a time: the caller holds a lock. What a crashed one left behind is removed.
    """
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    try:
        write_durably(fresh, data)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the folder's entries: without it a rename may be forgotten by a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _opened(path: Path, most_bytes: int) -> Iterator[tuple[BufferedReader, int]]:
    """Open a regular file of bounded size, and say how many bytes it has."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(handle, "rb") as file:  # noqa: PTH123  an open descriptor, which Path cannot wrap
            facts = os.fstat(handle)
            if not stat.S_ISREG(facts.st_mode):
                raise BundleRefused(f"{path} must be a regular file.")
            if facts.st_size > most_bytes:
                raise BundleRefused(f"{path} has {facts.st_size} bytes, more than the {most_bytes} that it may have.")
            yield file, facts.st_size
    except OSError as err:
        raise BundleRefused(f"{path} cannot be read: {err.strerror}.") from err


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold a lock against threads and processes of this machine; the kernel releases it when its holder dies.

    Parameters
    ----------
    path : Path
        The lock's file; made where missing, never removed.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
