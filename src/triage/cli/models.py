"""``triage models``: what stands on the shelf, and which version of it is in force."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from triage.cli.cards import card_tables
from triage.cli.options import AsJson
from triage.cli.output import say, show_json, show_table

if TYPE_CHECKING:
    from triage.registry import Shelf

__all__ = ["list_models", "promote", "show", "verify"]

_Name = Annotated[str, typer.Argument(metavar="NAME")]
_Version = Annotated[str | None, typer.Option("--version", metavar="N", help="The champion if not given.")]


def list_models(as_json: AsJson = False) -> None:
    """List the models, their versions and their champions."""
    from triage.bootstrap import places  # start-up cost: numpy

    settings = places.read_settings()
    shelf = places.open_shelf(settings)
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
        if not cells:
            say(f"There is no model in {settings.models_dir}. Train one, or set TRIAGE_HOME to where they are.")


def show(name: _Name, version: _Version = None, as_json: AsJson = False) -> None:
    """Show what a version was learnt from, how it did, and what was refused."""
    shelf = _shelf()
    manifest = shelf.verify(name, version)
    document = json.loads(manifest.to_bytes())
    if as_json:
        show_json(document)
    else:
        for title, header, rows in card_tables(document, shelf.champion(name)):
            show_table(title, header, rows)
        say("--json shows all of it: recipes, learning curves, and the hashes of its files.")


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
