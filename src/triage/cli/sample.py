"""``triage simulate``: a generated history to try everything on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from triage.cli.output import say

__all__ = ["simulate"]


def simulate(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The folder to write to; made if it is not there.")],
    tickets: Annotated[int, typer.Option(help="How many tickets.", min=1)] = 3000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same file.", min=0)] = 7,
) -> None:
    """Write a generated ticket history: no real person, company or incident is in it."""
    from triage.simulate import write_sample  # start-up cost: pandas

    say(f"{tickets:,} tickets in {write_sample(out, tickets, seed)}")
