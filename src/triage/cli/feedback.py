"""``triage feedback``: what people and cores have said of how incidents ended, for the next training run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from triage.cli.output import say
from triage.errors import UsageError

__all__ = ["export"]


def export(
    out: Annotated[Path, typer.Option("--out", metavar="FILE.jsonl", help="Where to; an existing file is replaced.")],
) -> None:
    """Write incidents as they came in, with their outcomes and verdicts, as a file to train on."""
    from triage.bootstrap import places  # start-up cost: the database
    from triage.store import read_labelled

    count = 0
    try:
        with out.open("w", encoding="utf-8", newline="\n") as file:
            for row in read_labelled(places.read_settings().database_url):
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                count += 1
    except OSError as err:
        raise UsageError(f"{out} cannot be written: {err.strerror}.") from err
    say(f"{count:,} incidents in {out}.")
