"""A model as files: one npz and one JSON a part, and the manifest. Everything is verified before anything is opened.

A bundle that was tampered with fails its hashes. One whose writer was hostile has hashes that fit, so what is opened
can hold nothing but numbers and text either way: no pickle is ever read.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Container, Mapping
from dataclasses import dataclass
from pathlib import Path

from triage.errors import BundleRefused, TriageError, bounded
from triage.parts import JSON, Part, Parts
from triage.registry.arrays import pack_arrays, unpack_arrays
from triage.registry.documents import parse_document, to_bytes
from triage.registry.files import digest_regular, read_regular, sync_folder, write_durably
from triage.registry.manifest import MANIFEST_FILE, FileRecord, Manifest, is_part_name, parse_manifest

__all__ = ["Bundle", "pack_parts", "read_bundle", "write_bundle"]

# A card with the scores of ten targets of 75 classes has 20 kB; what is larger is not a manifest.
_ADVICE = "Put the stored file back, or train the model again."
_MOST_MANIFEST_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Bundle:
    """A verified model.

    Parameters
    ----------
    manifest : Manifest
        What it says of itself.
    parts : mapping of str to Part
        What it is made of, as far as it was asked for; the arrays are read-only.
    folder : Path
        Where it stands.
    """

    manifest: Manifest
    parts: Parts
    folder: Path

    @property
    def name(self) -> str:
        """The model's name."""
        return self.manifest.name

    @property
    def version(self) -> str:
        """The model's version."""
        return self.manifest.version

    @property
    def card(self) -> Mapping[str, JSON]:
        """What the training run states."""
        return self.manifest.card


def pack_parts(parts: Parts) -> dict[str, bytes]:
    """Render parts as the content of their files: the same parts give the same bytes.

    Parameters
    ----------
    parts : mapping of str to Part
        At least one; names match ``[a-z][a-z0-9_]{0,62}``.

    Returns
    -------
    dict of str to bytes
        By file name.

    Raises
    ------
    TriageError
        Something that a bundle cannot hold.

    Examples
    --------
    >>> from triage.parts import Part
    >>> sorted(pack_parts({"head": Part(arrays={}, document={"target": "priority"})}))
    ['head.json', 'head.npz']
    """
    strange = [name for name in parts if not is_part_name(name)]
    if strange or not parts:
        raise TriageError(f"A bundle needs parts named in a-z, 0-9 and '_'. Got {bounded(strange) or 'none'}.")
    content = {}
    for name, part in parts.items():
        content[f"{name}.npz"] = pack_arrays(part.arrays, f"{name}.npz")
        content[f"{name}.json"] = to_bytes(part.document, f"{name}.json")
    return content


def write_bundle(folder: Path, content: Mapping[str, bytes], manifest: Manifest) -> str:
    """Write a bundle into a new folder, the manifest last, and wait until the disk has it.

    Parameters
    ----------
    folder : Path
        Made here; its parent is there.
    content : mapping of str to bytes
        Files by name, as `pack_parts` gives them.
    manifest : Manifest
        Whose ``files`` describe the content.

    Returns
    -------
    str
        SHA-256 (hex) of the manifest: whoever keeps it can tell this bundle from any other.

    Raises
    ------
    TriageError
        The manifest is not this content's.
    OSError
        The disk would not take it.
    """
    if manifest.files != {file: FileRecord.of(data) for file, data in content.items()}:
        raise TriageError("The manifest does not describe the content that it is written with.")
    folder.mkdir()
    for file, data in content.items():
        write_durably(folder / file, data)
    raw = manifest.to_bytes()
    write_durably(folder / MANIFEST_FILE, raw)
    sync_folder(folder)
    return hashlib.sha256(raw).hexdigest()


def read_bundle(folder: Path, manifest_sha256: str, wanted: Container[str] | None = None) -> Bundle:
    """Verify a bundle, then load it. Each file is read once: what is hashed is what is opened.

    Parameters
    ----------
    folder : Path
        Where it stands.
    manifest_sha256 : str
        What `write_bundle` returned, kept somewhere else.
    wanted : container of str or None, default=None
        Names of the parts to load, of which there need not be any; all if None. The others are verified, too, but
        neither held nor opened.

    Returns
    -------
    Bundle

    Raises
    ------
    BundleRefused
        A file is missing, too many, changed, or no regular file; or the content is not what a bundle holds.
    """
    found = _regular_files(folder)
    if MANIFEST_FILE not in found:
        raise BundleRefused(f"{folder} has no {MANIFEST_FILE}.")
    path = folder / MANIFEST_FILE
    raw = read_regular(path, _MOST_MANIFEST_BYTES)
    digest = hashlib.sha256(raw).hexdigest()
    if digest != manifest_sha256:
        raise BundleRefused(f"{path} was changed: its SHA-256 must be {manifest_sha256}. Got {digest}. {_ADVICE}")
    manifest = parse_manifest(raw, str(path))
    _check_names(folder, found, manifest)
    names = [name for name in manifest.part_names if wanted is None or name in wanted]
    held = {f"{name}.{ending}" for name in names for ending in ("npz", "json")}
    for file in sorted(manifest.files.keys() - held):
        path, record = folder / file, manifest.files[file]
        _check_content(path, FileRecord(*digest_regular(path, record.size)), record)
    content = {file: _verified(folder / file, manifest.files[file]) for file in sorted(held)}
    # What has been opened is let go at once: a part may be most of a model.
    parts = {
        name: Part(
            arrays=unpack_arrays(content.pop(f"{name}.npz"), str(folder / f"{name}.npz")),
            document=parse_document(content.pop(f"{name}.json"), str(folder / f"{name}.json")),
        )
        for name in names
    }
    return Bundle(manifest, parts, folder)


def _regular_files(folder: Path) -> set[str]:
    try:
        with os.scandir(folder) as entries:
            regular = {entry.name: entry.is_file(follow_symlinks=False) for entry in entries}
    except OSError as err:
        raise BundleRefused(f"{folder} cannot be read: {err.strerror}.") from err
    strange = sorted(name for name, is_regular in regular.items() if not is_regular)
    if strange:
        raise BundleRefused(f"{folder} must hold regular files only. Got {bounded(strange)}.")
    return set(regular)


def _check_names(folder: Path, found: set[str], manifest: Manifest) -> None:
    expected = {MANIFEST_FILE, *manifest.files}
    if extra := sorted(found - expected):
        raise BundleRefused(f"{folder} holds files that its manifest does not list: {bounded(extra)}.")
    if missing := sorted(expected - found):
        raise BundleRefused(f"{folder} lacks files that its manifest lists: {bounded(missing)}.")


def _verified(path: Path, record: FileRecord) -> bytes:
    content = read_regular(path, record.size)
    _check_content(path, FileRecord.of(content), record)
    return content


def _check_content(path: Path, got: FileRecord, record: FileRecord) -> None:
    if got.size != record.size:
        raise BundleRefused(f"{path} was changed: it must have {record.size} bytes. Got {got.size}. {_ADVICE}")
    if got != record:
        raise BundleRefused(f"{path} was changed: its SHA-256 must be {record.sha256}. Got {got.sha256}. {_ADVICE}")
