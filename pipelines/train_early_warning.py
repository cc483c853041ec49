"""Step ``train_early_warning``: learn what is usual, judge on incidents, store, record, promote. It must hold no logic.

See ``train_triage`` for why it is so thin.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from triage.cli import main, metric_training
from triage.cli.options import Encoding, StepLength, TimeZone

step = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@step.command()
def train_early_warning(
    metrics: Annotated[Path, typer.Option(help="The history: long, wide or NAB's; csv, zipped csv or parquet.")],
    name: Annotated[str, typer.Option(help="The model's name; a run adds a version.")],
    incidents: Annotated[Path | None, typer.Option(help="When entities were in trouble: judges the warnings.")] = None,
    horizon: Annotated[str, typer.Option(help="How long before an incident a warning is of use.")] = "60m",
    gap: Annotated[str, typer.Option(help="How long before an incident a warning comes too late.")] = "0m",
    budget: Annotated[str | None, typer.Option(help="Alerts an entity: N/day, N/30d or N/1000steps.")] = None,
    step_length: StepLength = None,
    tz: TimeZone = None,
    encoding: Encoding = None,
) -> None:
    """Fit a watcher on metrics of the past and make it the champion."""
    metric_training.metrics(
        metrics,
        incidents=incidents,
        horizon=horizon,
        gap=gap,
        budget=budget,
        step=step_length,
        tz=tz,
        encoding=encoding,
        name=name,
        as_json=True,
    )


if __name__ == "__main__":
    main(commands=step)
