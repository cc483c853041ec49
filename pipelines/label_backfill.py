"""Step ``label_backfill``: labels for what is there already. It must hold no logic: ``train_triage`` says why.

The rows that a model learnt from get answers, too, and those look better than they are: judge it with ``evaluate``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from triage.cli import labelling, main
from triage.cli.options import Encoding, TimeZone

step = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@step.command()
def label_backfill(
    incidents: Annotated[Path, typer.Option(help="csv, zipped csv, parquet or json-lines.")],
    name: Annotated[str, typer.Option(help="The model; its champion version answers.")],
    out: Annotated[Path, typer.Option(help="csv, parquet or json-lines, by its ending.")],
    reasons: Annotated[bool, typer.Option("--reasons", help="Add a column of reasons a target.")] = False,
    precedents: Annotated[
        bool, typer.Option("--precedents", help="Add a column of the three likest earlier ones.")
    ] = False,
    tz: TimeZone = None,
    encoding: Encoding = None,
) -> None:
    """Write the same rows in the same order, with predictions, probabilities and decisions added."""
    labelling.label(incidents, name, out, reasons, precedents, tz, encoding, as_json=True)


if __name__ == "__main__":
    main(commands=step)
