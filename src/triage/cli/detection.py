"""``triage detect``: every row of a file of metrics scored as if it streamed in, and warnings within a budget."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from triage.cli.options import AsJson, Encoding, StepLength, TimeZone
from triage.cli.output import say, show_json

__all__ = ["detect"]

_MOST_SHOWN = 5


def detect(
    file: Annotated[Path, typer.Argument(metavar="METRICS", help="Long, wide or NAB's; csv, zipped csv or parquet.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="csv, parquet or json-lines, by its ending.")],
    model: Annotated[
        str | None, typer.Option("--model", metavar="NAME", help="Its champion answers; else a fresh watcher.")
    ] = None,
    budget: Annotated[
        str | None, typer.Option(help="Alerts an entity: N/day, N/30d or N/1000steps; alert_budget if not given.")
    ] = None,
    step: StepLength = None,
    plots: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Save a picture of each warning there.")] = None,
    problems: Annotated[
        Path | None, typer.Option(metavar="OUT.json", help="Write warnings that are one problem, likely roots first.")
    ] = None,
    dependencies: Annotated[
        Path | None,
        typer.Option(metavar="CALLS.csv", help="Who calls whom, for --problems; else the file that [grouping] names."),
    ] = None,
    tz: TimeZone = None,
    encoding: Encoding = None,
    as_json: AsJson = False,
) -> None:
    """Write a row for each that is read, in its order: entity, timestamp, score, alert, probability, causes."""
    from triage.bootstrap import detecting, places  # start-up cost: pandas and numba
    from triage.bootstrap.metric_reading import MetricReading

    search = detecting.Search(out, model, budget, plots, problems, dependencies)
    done = detecting.detect_file(places.read_settings(), file, search, MetricReading(step, tz, encoding), say)
    for one in done.stopped[:_MOST_SHOWN]:
        say(f"{one.entity} stopped, as noticed at {one.opened_at.isoformat()}. {one.why}")
    if len(done.stopped) > _MOST_SHOWN:
        say(f"{len(done.stopped) - _MOST_SHOWN:,} more entities stopped; --json lists all.")
    if as_json:
        show_json(done.as_document())
    else:
        by = "a fresh watcher" if done.model is None else f"{done.model} version {done.version}"
        say(f"{done.rows:,} rows, {done.warnings:,} warnings by {by}: {out}")
