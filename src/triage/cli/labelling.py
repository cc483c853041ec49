"""``triage label``: the same file with predictions beside each row."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from triage.cli.options import AsJson, Encoding, TimeZone
from triage.cli.output import say, show_json

__all__ = ["label"]


def label(
    file: Annotated[Path, typer.Argument(metavar="INCIDENTS", help="csv, zipped csv, parquet or json-lines.")],
    model: Annotated[str, typer.Option("--model", metavar="NAME", help="The model; its champion version answers.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="csv, parquet or json-lines, by its ending.")],
    reasons: Annotated[bool, typer.Option("--reasons", help="Add a column of reasons a target.")] = False,
    precedents: Annotated[
        bool, typer.Option("--precedents", help="Add a column of the three likest earlier ones.")
    ] = False,
    tz: TimeZone = None,
    encoding: Encoding = None,
    as_json: AsJson = False,
) -> None:
    """Write the same rows in the same order, with predictions, probabilities and decisions added."""
    from triage.bootstrap import labelling, places  # start-up cost: pandas
    from triage.datasets import ReadOptions

    options = ReadOptions(tz=tz, encoding=encoding)
    written = labelling.label_file(
        places.read_settings(), file, labelling.Order(model, out, reasons, precedents), options, say
    )
    if as_json:
        show_json(written.as_document())
    else:
        by = f"{model} version {written.version}"
        say(f"{written.rows:,} rows, {written.incidents:,} incidents, labelled by {by}: {out}")
