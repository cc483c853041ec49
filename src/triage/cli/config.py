"""``triage config``: the settings in force, and where each came from."""

from __future__ import annotations

from typing import Annotated

import typer

from triage.cli.output import show_json, show_table

__all__ = ["show"]


def show(as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False) -> None:
    """Show every setting, its value and where it came from."""
    from triage.bootstrap.places import read_settings  # start-up cost: pydantic-settings

    rows = read_settings().as_rows()
    if as_json:
        show_json([{"key": row.key, "value": row.value, "origin": str(row.origin)} for row in rows])
    else:
        show_table("Settings", ["key", "value", "origin"], [(row.key, row.value, str(row.origin)) for row in rows])
