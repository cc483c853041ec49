"""What a bundle says of itself: name, version, facts of its training, the hash of every file. Touches no file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from triage.errors import BundleRefused, Problem, UsageError, bounded
from triage.parts import JSON
from triage.registry.documents import parse_document, to_bytes

__all__ = [
    "FORMAT_VERSION",
    "MANIFEST_FILE",
    "NAME_PATTERN",
    "SHA256_PATTERN",
    "VERSION_PATTERN",
    "FileRecord",
    "Manifest",
    "check_name",
    "is_part_name",
    "parse_manifest",
]

FORMAT_VERSION = 1
MANIFEST_FILE = "manifest.json"

NAME_PATTERN = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
VERSION_PATTERN = re.compile(r"[1-9][0-9]{0,8}")
_PART = r"[a-z][a-z0-9_]{0,62}"
# No separator, no dot but the one before the ending: a file's name cannot lead out of its folder.
_FILE = re.compile(rf"({_PART})\.(npz|json)")
SHA256_PATTERN = re.compile(r"[0-9a-f]{64}")
_KIND = re.compile(r"incidents|metrics")
# Versions and the like: one line of what a person can read.
_SHORT_TEXT = re.compile(r"[!-~ ]{1,200}")
_KEYS = frozenset(
    {
        "format_version",
        "kind",
        "name",
        "version",
        "created_at",
        "code_version",
        "libraries",
        "card",
        "content_sha256",
        "files",
    }
)


@dataclass(frozen=True, slots=True)
class FileRecord:
    """What a file must be.

    Parameters
    ----------
    sha256 : str
        Of its content, in hex.
    size : int
        In bytes; ``bytes`` in the stored manifest.
    """

    sha256: str
    size: int

    @classmethod
    def of(cls, content: bytes) -> FileRecord:
        """Return the record of a content."""
        return cls(hashlib.sha256(content).hexdigest(), len(content))


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a bundle says of itself.

    Parameters
    ----------
    name : str
        The model's name; see `check_name`.
    version : str
        A whole number from 1.
    created_at : datetime
        When it was stored (aware, UTC).
    code_version : str
        The version of this package that stored it.
    libraries : mapping of str to str
        Versions of the libraries that it was learnt with, by distribution name.
    card : mapping of str to JSON
        What the training run states: targets, columns, policy, scores, data fingerprint.
    files : mapping of str to FileRecord
        Every file of the bundle but the manifest.
    kind : str, default="incidents"
        What it is a model of: ``incidents`` or ``metrics``.
    format_version : int, default=1
        Of the bundle's layout.
    """

    name: str
    version: str
    created_at: datetime
    code_version: str
    libraries: Mapping[str, str]
    card: Mapping[str, JSON]
    files: Mapping[str, FileRecord]
    kind: str = "incidents"
    format_version: int = FORMAT_VERSION

    @property
    def content_sha256(self) -> str:
        """SHA-256 (hex) over names and hashes of the files: the same for the same content, whatever the version."""
        lines = "".join(f"{record.sha256}  {file}\n" for file, record in sorted(self.files.items()))
        return hashlib.sha256(lines.encode()).hexdigest()

    @property
    def part_names(self) -> tuple[str, ...]:
        """Names of the model's parts, sorted; each has an npz and a JSON file."""
        return tuple(sorted({file.partition(".")[0] for file in self.files}))

    def to_bytes(self) -> bytes:
        """Render as JSON for people and for `parse_manifest`: sorted keys, two spaces a level."""
        document: dict[str, JSON] = {
            "format_version": self.format_version,
            "kind": self.kind,
            "name": self.name,
            "version": self.version,
            "created_at": self.created_at.isoformat(),
            "code_version": self.code_version,
            "libraries": dict(self.libraries),
            "card": self.card,
            "content_sha256": self.content_sha256,
            "files": {file: {"sha256": record.sha256, "bytes": record.size} for file, record in self.files.items()},
        }
        return to_bytes(document, MANIFEST_FILE, indent=True)


def check_name(name: str) -> str:
    """Return a model's name if it is one.

    Raises
    ------
    UsageError
        It is not.

    Examples
    --------
    >>> check_name("help-desk_2")
    'help-desk_2'
    """
    if not NAME_PATTERN.fullmatch(name):
        raise UsageError(
            "A model's name has 1 to 63 characters a-z, 0-9, '-' and '_', and starts with a letter or digit. "
            f"Got {bounded([name])!r}."
        )
    return name


def is_part_name(name: str) -> bool:
    """Say whether a part may have this name: its files are named after it."""
    return re.fullmatch(_PART, name) is not None and f"{name}.json" != MANIFEST_FILE


def parse_manifest(raw: bytes, where: str = MANIFEST_FILE) -> Manifest:
    """Read a manifest, all of it or nothing.

    Parameters
    ----------
    raw : bytes
        As `Manifest.to_bytes` renders it.
    where : str
        Names the manifest in an error.

    Returns
    -------
    Manifest

    Raises
    ------
    BundleRefused
        Not JSON, an unknown format version, a key missing or too many, a value of the wrong kind, a file name
        that is not a plain part's.
    """
    document = parse_document(raw, where)
    found = document.get("format_version")
    if type(found) is not int or found != FORMAT_VERSION:
        raise BundleRefused(
            f"{where}: format_version must be {FORMAT_VERSION}. Got {bounded([found])!r}: "
            "train the model again, or use the version of triage that stored it."
        )
    missing, unknown = _KEYS - document.keys(), document.keys() - _KEYS
    if missing or unknown:
        problems = [Problem("This key is missing.", where=key) for key in sorted(missing)]
        problems += [Problem("This key is not one of the format's.", where=key) for key in sorted(unknown)]
        raise BundleRefused(f"{where} is not a manifest of format {FORMAT_VERSION}.", problems)
    libraries, files = _object(document, "libraries", where), _object(document, "files", where)
    manifest = Manifest(
        kind=_text(document, "kind", _KIND, where),
        name=_text(document, "name", NAME_PATTERN, where),
        version=_text(document, "version", VERSION_PATTERN, where),
        created_at=_moment(document, where),
        code_version=_text(document, "code_version", _SHORT_TEXT, where),
        libraries={key: _text(libraries, key, _SHORT_TEXT, f"{where}: libraries") for key in libraries},
        card=_object(document, "card", where),
        files={file: _file_record(file, files, f"{where}: files") for file in files},
    )
    _check_pairs(manifest, where)
    if manifest.content_sha256 != document["content_sha256"]:
        raise BundleRefused(f"{where}: content_sha256 does not follow from the files that are listed.")
    return manifest


def _text(document: Mapping[str, JSON], key: str, pattern: re.Pattern[str], where: str) -> str:
    value = document[key]
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise BundleRefused(f"{where}: {key} must match {pattern.pattern}. Got {bounded([repr(value)])}.")
    return value


def _object(document: Mapping[str, JSON], key: str, where: str) -> Mapping[str, JSON]:
    value = document[key]
    if not isinstance(value, Mapping):
        raise BundleRefused(f"{where}: {key} must be an object. Got {bounded([repr(value)])}.")
    return value


def _moment(document: Mapping[str, JSON], where: str) -> datetime:
    value = document["created_at"]
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BundleRefused(f"{where}: created_at must be an ISO 8601 time with zone. Got {bounded([repr(value)])}.")
    return moment


def _file_record(file: str, files: Mapping[str, JSON], where: str) -> FileRecord:
    match = _FILE.fullmatch(file)
    if not match or not is_part_name(match[1]):
        raise BundleRefused(f"{where}: a name must match {_FILE.pattern}. Got {bounded([repr(file)])}.")
    record = _object(files, file, where)
    size = record.get("bytes")
    if record.keys() != {"sha256", "bytes"} or type(size) is not int or size < 0:
        raise BundleRefused(f"{where}: {file} must have a sha256 and a number of bytes, and nothing else.")
    return FileRecord(_text(record, "sha256", SHA256_PATTERN, f"{where}: {file}"), size)


def _check_pairs(manifest: Manifest, where: str) -> None:
    whole = {f"{part}.{ending}" for part in manifest.part_names for ending in ("npz", "json")}
    if not whole or whole != manifest.files.keys():
        got = bounded(sorted(manifest.files)) or "none"
        raise BundleRefused(f"{where}: files must be an npz and a json for each part. Got {got}.")
