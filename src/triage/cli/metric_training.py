"""``triage train metrics``: fit a watcher on the metrics of the past, judged on incidents where they are given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from triage.cli.options import AsJson, Encoding, StepLength, TimeZone
from triage.cli.output import say, show_json, show_table
from triage.cli.reports import warning_rows

if TYPE_CHECKING:
    from triage.training.metric_run import MetricReport

__all__ = ["metrics"]


def metrics(
    file: Annotated[Path, typer.Argument(metavar="HISTORY", help="Long, wide or NAB's; csv, zipped csv or parquet.")],
    incidents: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="entity, opened_at or start, and perhaps resolved_at or end, id."),
    ] = None,
    horizon: Annotated[str, typer.Option(help="How long before an incident a warning is of use.")] = "60m",
    gap: Annotated[str, typer.Option(help="How long before an incident a warning comes too late.")] = "0m",
    budget: Annotated[
        str | None, typer.Option(help="Alerts an entity: N/day, N/30d or N/1000steps; alert_budget if not given.")
    ] = None,
    step: StepLength = None,
    tz: TimeZone = None,
    encoding: Encoding = None,
    name: Annotated[str | None, typer.Option(help="The model's name; the file's name if not given.")] = None,
    as_json: AsJson = False,
) -> None:
    """Learn what is usual, judge the warnings on the later 30 % of time, store the watcher and make it the champion."""
    from triage.bootstrap import metric_learning, places  # start-up cost: pandas, numba and MLflow
    from triage.bootstrap.metric_reading import MetricReading

    wish = metric_learning.MetricWish(name, budget, horizon, gap)
    report = metric_learning.train_metric_file(
        places.read_settings(), (file, incidents), MetricReading(step, tz, encoding), wish, say
    )
    if as_json:
        show_json(_to_document(report))
    else:
        _print(report)


def _to_document(report: MetricReport) -> dict[str, object]:
    return {
        "model": report.name,
        "version": report.version,
        "run_id": report.run_id,
        "entities": report.entities,
        "series": report.series,
        "points": report.points,
        "judged_from": report.judged_from,
        "early_warning_model": report.has_foresight,
        "regimes": None
        if report.regimes is None
        else {"count": len(report.regimes), "told_by": list(report.regimes.conditions)},
        "alerts_per_entity_day": report.scores.alerts_per_entity_day,
        "incidents": report.incidents,
        "incidents_left_out": report.incidents_left_out,
        "scores": None if report.incidents is None else report.scores.as_document(),
    }


def _print(report: MetricReport) -> None:
    title = f"{report.name} version {report.version}: from {report.judged_from} on"
    rows = [("entities", f"{report.entities:,}"), ("series", f"{report.series:,}"), ("values", f"{report.points:,}")]
    rows += [("alerts per entity-day", f"{report.scores.alerts_per_entity_day:.3f}")]
    if report.incidents is not None:
        rows += warning_rows(report.scores)
    show_table(title, ["", "value"], rows, numbers=True)
    if report.regimes is not None:
        say(
            f"Entities are run in {len(report.regimes)} regimes, told by {', '.join(report.regimes.conditions)}: every "
            "value is judged as it would be in the commonest."
        )
    if report.incidents is None:
        say("No incidents were given, so nothing is said on how early its warnings are: --incidents FILE.")
    elif report.incidents_left_out:
        say(
            f"{report.incidents_left_out:,} of {report.incidents:,} incidents are not judged: other entities, or not "
            "watched for a whole horizon in the later part."
        )
    if report.incidents is not None and not report.has_foresight:
        say("Fewer than 30 incidents were seen coming up: warnings rest on what is unusual, probabilities stay empty.")
    say(f"{report.name} version {report.version} is the champion now.")
