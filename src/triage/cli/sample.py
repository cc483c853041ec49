"""``triage simulate``: a generated estate to try everything on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from triage.cli.output import say

__all__ = ["simulate"]


def simulate(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="The folder to write to; made if it is not there.")],
    days: Annotated[int, typer.Option(help="How many days of metrics.", min=1)] = 10,
    entities: Annotated[int, typer.Option(help="How many entities are measured.", min=1)] = 6,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.", min=0)] = 7,
    difficulty: Annotated[
        float, typer.Option(help="How faint and rare precursors are, in [0, 1].", min=0, max=1)
    ] = 0.5,
    tickets: Annotated[int, typer.Option(help="How many ordinary help-desk tickets.", min=1)] = 2800,
    alerts: Annotated[
        bool, typer.Option("--alerts", help="Also the alerts of a monitor, and who depends on whom.")
    ] = False,
    controls: Annotated[
        bool, typer.Option("--controls", help="Let nothing come before the incidents of every second entity.")
    ] = False,
) -> None:
    """Write a generated estate: metrics, incidents, changes and tickets. Nothing real is in it."""
    # Start-up cost: pandas.
    from triage.simulate import simulate_estate, simulate_storms, write_estate, write_storms

    files = write_estate(out, simulate_estate(days, entities, seed, difficulty, tickets, has_controls=controls))
    if alerts:
        files += write_storms(out, simulate_storms(days, entities, seed, difficulty))
    say(f"{entities:,} entities over {days:,} days in {out}: {', '.join(file.name for file in files)}")
