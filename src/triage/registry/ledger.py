"""What is kept about a model beside its bundles: its versions, and which is the champion. Touches no file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeGuard

from triage.errors import BundleRefused
from triage.parts import JSON
from triage.registry.documents import parse_document, to_bytes
from triage.registry.manifest import SHA256_PATTERN, VERSION_PATTERN

__all__ = ["ChampionPointer", "Ledger", "Pin"]

# Enough to walk back from a bad series of promotions; the file stays one that a person reads at a glance.
_MOST_EARLIER = 20


@dataclass(frozen=True, slots=True)
class Pin:
    """Exactly one bundle: its version and the SHA-256 (hex) of its manifest."""

    version: str
    manifest_sha256: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """Which versions of a model there are.

    Parameters
    ----------
    pins : mapping of str to Pin
        By version, in the order they were added.
    added_at : mapping of str to str
        By version, when (ISO 8601, UTC).
    """

    pins: Mapping[str, Pin]
    added_at: Mapping[str, str]

    def adding(self, pin: Pin, moment: datetime) -> Ledger:
        """Return the ledger with one version more."""
        return Ledger({**self.pins, pin.version: pin}, {**self.added_at, pin.version: moment.isoformat()})

    def to_bytes(self) -> bytes:
        """Render for people and for `parse`."""
        document: dict[str, JSON] = {
            version: {"manifest_sha256": pin.manifest_sha256, "added_at": self.added_at[version]}
            for version, pin in self.pins.items()
        }
        return to_bytes({"versions": document}, "versions.json", indent=True)

    @classmethod
    def parse(cls, raw: bytes, where: str) -> Ledger:
        """Read a ledger back.

        Raises
        ------
        BundleRefused
            It is not one.
        """
        entries = parse_document(raw, where).get("versions")
        if not isinstance(entries, Mapping):
            raise BundleRefused(f"{where} must hold an object `versions`.")
        pins, added_at = {}, {}
        for version in sorted(entries, key=lambda key: (len(key), key)):
            entry = entries[version]
            moment = entry.get("added_at") if isinstance(entry, Mapping) else None
            if not isinstance(entry, Mapping) or not isinstance(moment, str):
                raise BundleRefused(f"{where}: version {version!r} must have a manifest_sha256 and an added_at.")
            pins[version] = _pin({**entry, "version": version}, where)
            added_at[version] = moment
        return cls(pins, added_at)


@dataclass(frozen=True, slots=True)
class ChampionPointer:
    """Which bundle is in force, and which were before it.

    Parameters
    ----------
    current : Pin
        The champion.
    earlier : tuple of Pin, default=()
        Former champions, newest first, each once; at most 20.
    """

    current: Pin
    earlier: tuple[Pin, ...] = ()

    def promoting(self, pin: Pin) -> ChampionPointer:
        """Return the pointer with another champion; the one until now becomes the newest earlier one."""
        earlier = (self.current, *self.earlier)
        return ChampionPointer(pin, tuple(former for former in earlier if former != pin)[:_MOST_EARLIER])

    def to_bytes(self) -> bytes:
        """Render for people and for `parse`."""
        document: dict[str, JSON] = {**_document(self.current), "earlier": [_document(pin) for pin in self.earlier]}
        return to_bytes(document, "champion", indent=True)

    @classmethod
    def parse(cls, raw: bytes, where: str) -> ChampionPointer:
        """Read a pointer back.

        Raises
        ------
        BundleRefused
            It is not one.
        """
        document = parse_document(raw, where)
        earlier = document.get("earlier")
        if not isinstance(earlier, list):
            raise BundleRefused(f"{where} must hold a list `earlier`.")
        return cls(_pin(document, where), tuple(_pin(entry, where) for entry in earlier))


def _document(pin: Pin) -> dict[str, JSON]:
    return {"version": pin.version, "manifest_sha256": pin.manifest_sha256}


def _pin(entry: JSON, where: str) -> Pin:
    fields = entry if isinstance(entry, Mapping) else {}
    version, digest = fields.get("version"), fields.get("manifest_sha256")
    if _matches(version, VERSION_PATTERN) and _matches(digest, SHA256_PATTERN):
        return Pin(version, digest)
    raise BundleRefused(f"{where}: a version must be a whole number as text, with the SHA-256 of its manifest.")


def _matches(value: JSON, pattern: re.Pattern[str]) -> TypeGuard[str]:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
