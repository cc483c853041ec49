"""``triage models``: what stands on the shelf, and which version of it is in force."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from triage.cli.options import AsJson
from triage.cli.output import say, show_json, show_table

if TYPE_CHECKING:
    from triage.registry import Shelf

__all__ = ["list_models", "promote", "show", "verify"]

_Name = Annotated[str, typer.Argument(metavar="NAME")]
_Version = Annotated[str | None, typer.Option("--version", metavar="N", help="The champion if not given.")]


def list_models(as_json: AsJson = False) -> None:
    """List the models, their versions and their champions."""
    shelf = _shelf()
    rows = [
        {
            "name": name,
            "kind": shelf.kind(name),
            "champion": shelf.champion(name),
            "versions": list(shelf.versions(name)),
        }
        for name in shelf.names()
    ]
    if as_json:
        show_json(rows)
    else:
        cells = [
            (name, shelf.kind(name) or "-", shelf.champion(name) or "-", ", ".join(shelf.versions(name)))
            for name in shelf.names()
        ]
        show_table("Models", ["name", "learns from", "champion", "versions"], cells)


def show(name: _Name, version: _Version = None, as_json: AsJson = False) -> None:
    """Show what a version was learnt from, how it did, and what was refused."""
    manifest = _shelf().verify(name, version)
    document = json.loads(manifest.to_bytes())
    if as_json:
        show_json(document)
    else:
        show_table(f"{name} version {manifest.version}", ["", ""], _facts("", document))


def promote(name: _Name, version: Annotated[str, typer.Argument(metavar="VERSION")], as_json: AsJson = False) -> None:
    """Make a version the champion, atomically; going back to an earlier one is the same call."""
    from triage.bootstrap import learning, places  # start-up cost: MLflow, whose mark follows the pointer

    learning.promote(places.read_settings(), name, version)
    if as_json:
        show_json({"name": name, "champion": version})
    else:
        say(f"{name} version {version} is the champion now.")


def verify(name: _Name, version: _Version = None, as_json: AsJson = False) -> None:
    """Verify a version: its manifest, and the size and SHA-256 of every file. Exit 2 when it is refused."""
    manifest = _shelf().verify(name, version)
    if as_json:
        show_json({"name": name, "version": manifest.version, "verified": True})
    else:
        say(f"{name} version {manifest.version}: every file is as it was stored.")


def _shelf() -> Shelf:
    from triage.bootstrap import places  # start-up cost: numpy

    return places.open_shelf(places.read_settings())


def _facts(prefix: str, document: object) -> list[tuple[str, str]]:
    if isinstance(document, dict):
        return [
            fact for key, value in document.items() for fact in _facts(f"{prefix}.{key}" if prefix else str(key), value)
        ]
    if isinstance(document, list) and any(isinstance(entry, dict) for entry in document):
        return [fact for at, value in enumerate(document) for fact in _facts(f"{prefix}[{at}]", value)]
    if isinstance(document, list):
        return [(prefix, ", ".join(map(str, document)))]
    return [(prefix, "-" if document is None else str(document))]
