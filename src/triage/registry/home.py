"""One model's folder: its bundles, its ledger and its champion pointer, and how they change without half states.

::

    HOME/versions/3/manifest.json, head.npz, head.json, …    a bundle; never changed once it stands
    HOME/versions.json                                       the versions, with the SHA-256 of each one's manifest
    HOME/champion                                            the version in force, and the former ones

Every change is a rename of something that the disk has already: a crash leaves the old state or the new one, and at
most a hidden left-over that nothing reads. Decides nothing; `Shelf` does.
"""

from __future__ import annotations

import shutil
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from triage.errors import BundleRefused, TriageError
from triage.registry.bundle import Bundle, read_bundle, write_bundle
from triage.registry.files import exclusive, read_if_there, replace_durably, sync_folder
from triage.registry.ledger import ChampionPointer, Ledger, Pin
from triage.registry.manifest import Manifest

__all__ = ["LEDGER_FILE", "ModelHome"]

LEDGER_FILE = "versions.json"
_POINTER_FILE = "champion"
_LOCK_FILE = ".lock"
# A version takes 150 bytes in the ledger: room for 100,000.
_MOST_BYTES = 16 * 2**20


class ModelHome:
    """One model's folder.

    Parameters
    ----------
    path : Path
        Named like the model; need not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name

    def bundle_folder(self, version: str) -> Path:
        """Return where a version's bundle stands."""
        return self.path / "versions" / version

    def read(self, pin: Pin, wanted: Container[str] | None = None) -> Bundle:
        """Return the pinned bundle, verified, with the wanted parts of it, or all.

        Raises
        ------
        BundleRefused
            It failed verification, or says that it is another one.
        """
        bundle = read_bundle(self.bundle_folder(pin.version), pin.manifest_sha256, wanted)
        if (bundle.name, bundle.version) != (self.name, pin.version):
            raise BundleRefused(
                f"{bundle.folder} must hold model {self.name!r} version {pin.version}. "
                f"Got a bundle that says it is {bundle.name!r} version {bundle.version}."
            )
        return bundle

    def ledger(self) -> Ledger | None:
        """Return the versions there are; None before the first.

        Raises
        ------
        BundleRefused
            The ledger cannot be read.
        """
        path = self.path / LEDGER_FILE
        raw = read_if_there(path, _MOST_BYTES)
        return None if raw is None else Ledger.parse(raw, str(path))

    def pointer(self) -> ChampionPointer | None:
        """Return the champion pointer; None before the first promotion.

        Raises
        ------
        BundleRefused
            The pointer cannot be read.
        """
        path = self.path / _POINTER_FILE
        raw = read_if_there(path, _MOST_BYTES)
        return None if raw is None else ChampionPointer.parse(raw, str(path))

    def pointer_stamp(self) -> tuple[int, int, int] | None:
        """Return inode, time and size of the pointer: another one after every change. None without a pointer."""
        try:
            facts = (self.path / _POINTER_FILE).stat(follow_symlinks=False)
        except FileNotFoundError:
            return None
        return facts.st_ino, facts.st_mtime_ns, facts.st_size

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the model's lock, the folder made where missing.

        Raises
        ------
        TriageError
            The disk would not take what was done under the lock.
        """
        try:
            (self.path / "versions").mkdir(parents=True, exist_ok=True)
            sync_folder(self.path.parent)
            with exclusive(self.path / _LOCK_FILE):
                yield
        except OSError as err:
            raise TriageError(
                f"{self.path} could not be written: {err}. Make room, or grant the right to write."
            ) from err

    def next_version(self, ledger: Ledger) -> str:
        """Return the version after every one that was ever given; under the lock only."""
        # A crash between the rename and the ledger leaves a folder that no ledger lists: its number is not given again.
        folders = {int(path.name) for path in (self.path / "versions").iterdir() if path.name.isdecimal()}
        return str(max(folders | {int(version) for version in ledger.pins}, default=0) + 1)

    def put_bundle(self, content: Mapping[str, bytes], manifest: Manifest) -> Pin:
        """Write a bundle aside and rename it into place; under the lock only. The ledger makes it a version."""
        fresh = self.path / ".adding"
        shutil.rmtree(fresh, ignore_errors=True)  # the lock is ours: it is what a crash left behind
        try:
            digest = write_bundle(fresh, content, manifest)
            fresh.rename(self.bundle_folder(manifest.version))
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        sync_folder(self.path / "versions")
        return Pin(manifest.version, digest)

    def put_ledger(self, ledger: Ledger) -> None:
        """Replace the ledger; under the lock only."""
        replace_durably(self.path / LEDGER_FILE, ledger.to_bytes())

    def put_pointer(self, pointer: ChampionPointer) -> None:
        """Replace the champion pointer; under the lock only."""
        replace_durably(self.path / _POINTER_FILE, pointer.to_bytes())
