"""Bundles by name and version, and the champion that is the truth about what is in force. Does not know MLflow."""

from __future__ import annotations

import platform
from collections.abc import Callable, Container, Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from pathlib import Path

from triage import __version__
from triage.errors import BundleRefused, NotFound, UsageError, bounded
from triage.parts import JSON, Parts
from triage.registry.bundle import Bundle, pack_parts
from triage.registry.home import LEDGER_FILE, ModelHome
from triage.registry.ledger import ChampionPointer, Ledger, Pin
from triage.registry.manifest import NAME_PATTERN, FileRecord, Manifest, check_name

__all__ = ["Shelf"]

# What decides a model's numbers, as far as it is installed.
_LIBRARIES = ("numpy", "scipy", "pandas", "scikit-learn")


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Shelf:
    """Bundles by name and version; implements ``triage.training.ModelShelf``.

    Several threads and processes of one machine may use one folder. Reading takes no lock.

    Parameters
    ----------
    root : Path
        The folder of all models; made when the first bundle is added.
    clock : callable returning datetime, default=the system's clock
        Says when a bundle is stored (aware, UTC).

    Notes
    -----
    Every method that takes a name raises `UsageError` when it is none (see `check_name`), and `BundleRefused` when the
    model's own files cannot be read.
    """

    def __init__(self, root: Path, clock: Callable[[], datetime] = _utc_now) -> None:
        self._root = root.absolute()
        self._clock = clock

    def names(self) -> tuple[str, ...]:
        """Return the names of all models, sorted."""
        found = (path.parent.name for path in self._root.glob(f"*/{LEDGER_FILE}"))
        return tuple(sorted(name for name in found if NAME_PATTERN.fullmatch(name)))

    def versions(self, name: str) -> tuple[str, ...]:
        """Return a model's versions, oldest first.

        Raises
        ------
        NotFound
            No such model.
        """
        return tuple(self._ledger(name).pins)

    def champion(self, name: str) -> str | None:
        """Return the champion's version, or None before the first promotion."""
        pointer = self._home(name).pointer()
        return pointer.current.version if pointer else None

    def folder(self, name: str, version: str) -> Path:
        """Return the folder of a stored bundle, which need not verify.

        Raises
        ------
        NotFound
            No such model or version.
        """
        return self._home(name).bundle_folder(self._pin(name, version).version)

    def load(self, name: str, version: str | None = None, wanted: Container[str] | None = None) -> Bundle:
        """Return a verified bundle.

        Parameters
        ----------
        name : str
            Which model.
        version : str or None, default=None
            Which version; the champion if not given.
        wanted : container of str or None, default=None
            The parts to load, where there are such; all if None. The others are verified without being held.

        Returns
        -------
        Bundle

        Raises
        ------
        NotFound
            No such model or version, or no champion yet.
        BundleRefused
            It failed verification; nothing of it was opened.
        """
        pin = self._champion_pointer(name).current if version is None else self._pin(name, version)
        return self._home(name).read(pin, wanted)

    def verify(self, name: str, version: str | None = None) -> Manifest:
        """Verify a bundle as `load` does, and return what it says of itself; raises what `load` raises."""
        return self.load(name, version).manifest

    def last_good(self, name: str, wanted: Container[str] | None = None) -> tuple[Bundle, tuple[str, ...]]:
        """Return the champion, or the newest former champion that verifies. The pointer stays as it is.

        Parameters
        ----------
        name : str
            Which model.
        wanted : container of str or None, default=None
            The parts to load; see `load`.

        Returns
        -------
        bundle : Bundle
        refused : tuple of str
            Why each newer champion was passed over; empty when the champion itself verified.

        Raises
        ------
        NotFound
            No such model, or no champion yet.
        BundleRefused
            None verifies; the message holds the reasons.
        """
        pointer = self._champion_pointer(name)
        refused: list[str] = []
        for pin in (pointer.current, *pointer.earlier):
            try:
                return self._home(name).read(pin, wanted), tuple(refused)
            except BundleRefused as err:
                refused.append(str(err))
        raise BundleRefused(
            f"Of model {name!r} neither the champion nor a former one verifies: {bounded(refused)}. Train it again, or "
            "put the stored files back."
        )

    def kind(self, name: str) -> str | None:
        """Return what a name's models learn from, ``incidents`` or ``metrics``; None as long as there are none.

        Notes
        -----
        The newest version that verifies says so; versions of one name are all of one kind.
        """
        ledger = self._home(name).ledger()
        for pin in reversed(tuple(ledger.pins.values())) if ledger else ():
            try:
                return self._home(name).read(pin, wanted=()).manifest.kind
            except BundleRefused:
                continue
        return None

    def check_kind(self, name: str, kind: str) -> None:
        """Check that a name can take a model of a kind.

        Raises
        ------
        UsageError
            Its models are of another kind.
        """
        there = self.kind(name)
        if there not in (None, kind):
            raise UsageError(f"Model {name!r} learns from {there}. A name holds one kind of model; take another name.")

    def pointer_stamp(self, name: str) -> tuple[int, int, int] | None:
        """Return a value that changes when the champion does, or None without one. For polling: one ``stat``."""
        return self._home(name).pointer_stamp()

    def add(self, name: str, parts: Parts, card: Mapping[str, JSON]) -> str:
        """Store a bundle as the model's next version. It is not in force until it is promoted.

        Parameters
        ----------
        name : str
            Which model; a new name makes a new model.
        parts : mapping of str to Part
            What it is made of.
        card : mapping of str to JSON
            What the training run states; ``kind`` in it is the model's kind, ``incidents`` where it is not said.

        Returns
        -------
        str
            The new version.

        Raises
        ------
        UsageError
            The name holds models of another kind.
        TriageError
            The parts or the card are not what a bundle can hold, or the disk would not take them.
        """
        home = self._home(name)
        kind = str(card.get("kind", "incidents"))
        self.check_kind(name, kind)
        content = pack_parts(parts)
        with home.changing():
            ledger = home.ledger() or Ledger({}, {})
            manifest = Manifest(
                name=name,
                version=home.next_version(ledger),
                created_at=self._clock(),
                code_version=__version__,
                libraries=_library_versions(),
                card=card,
                files={file: FileRecord.of(data) for file, data in content.items()},
                kind=kind,
            )
            home.put_ledger(ledger.adding(home.put_bundle(content, manifest), manifest.created_at))
        return manifest.version

    def promote(self, name: str, version: str) -> None:
        """Make a version the champion, in one step. Rolling back is promoting a former one.

        Parameters
        ----------
        name : str
            Which model.
        version : str
            Which version; promoting the champion again changes nothing.

        Raises
        ------
        NotFound
            No such model or version.
        BundleRefused
            It failed verification; the champion stays.
        TriageError
            The disk would not take the pointer.
        """
        home, pin = self._home(name), self._pin(name, version)
        home.read(pin)
        with home.changing():
            try:
                pointer = home.pointer()
            except BundleRefused:
                # Promoting is the way to repair a pointer that cannot be read; the former champions are lost with it.
                pointer = None
            if pointer is None or pointer.current != pin:
                home.put_pointer(pointer.promoting(pin) if pointer else ChampionPointer(pin))

    def _home(self, name: str) -> ModelHome:
        return ModelHome(self._root / check_name(name))

    def _ledger(self, name: str) -> Ledger:
        ledger = self._home(name).ledger()
        if ledger is None:
            there_are = bounded(self.names()) or "none; train one first"
            raise NotFound(f"There is no model {name!r} in {self._root}. Models there: {there_are}.")
        return ledger

    def _pin(self, name: str, version: str) -> Pin:
        pins = self._ledger(name).pins
        if version not in pins:
            versions = bounded(reversed(tuple(pins)))
            raise NotFound(f"Model {name!r} has no version {bounded([version])!r}. Its versions: {versions}.")
        return pins[version]

    def _champion_pointer(self, name: str) -> ChampionPointer:
        pointer = self._home(name).pointer()
        if pointer is None:
            versions = bounded(reversed(self.versions(name)))
            raise NotFound(f"Model {name!r} has no champion. Promote one of its versions: {versions}.")
        return pointer


def _library_versions() -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for library in _LIBRARIES:
        try:
            versions[library] = installed_version(library)
        except PackageNotFoundError:
            continue  # the service is installed without what only training needs
    return versions
