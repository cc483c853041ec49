"""``triage train``: learn a model from a file of past incidents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from triage.cli.options import (
    AsJson,
    Encoding,
    Fields,
    IdColumn,
    Order,
    Targets,
    TextColumns,
    TimeColumn,
    TimeZone,
    distinct_names,
)
from triage.cli.output import say, show_json, show_table
from triage.cli.reports import automation_notes, forecast_table, outlook_tables, score_table, scores_document
from triage.errors import GateRefused, bounded

if TYPE_CHECKING:
    from triage.bootstrap.learning import Learnt

__all__ = ["incidents"]


def incidents(
    file: Annotated[Path, typer.Argument(metavar="INCIDENTS", help="csv, zipped csv, parquet or json-lines.")],
    target: Targets = None,
    text: TextColumns = None,
    field: Fields = None,
    time: TimeColumn = None,
    id_column: IdColumn = None,
    order: Order = None,
    tz: TimeZone = None,
    encoding: Encoding = None,
    promise: Annotated[float | None, typer.Option(help="Precision promised for automatic labels, in (0, 1).")] = None,
    effort: Annotated[str, typer.Option(help="quick, normal or thorough.")] = "normal",
    parent: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CHILD=PARENT",
            help="A target that follows another, as a subcategory does; repeatable, found if not given.",
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(help="The model's name; the file's name if not given.")] = None,
    as_json: AsJson = False,
) -> None:
    """Learn a model of incidents, judge it on the newest fifth, store it and make it the champion."""
    from triage.bootstrap import learning, places  # start-up cost: pandas and scikit-learn
    from triage.datasets import ReadOptions

    settings = places.read_settings()
    options = ReadOptions(
        targets=distinct_names(target),
        text=distinct_names(text),
        fields=distinct_names(field),
        time=time,
        id=id_column,
        order=order,
        tz=tz,
        encoding=encoding,
    )
    learnt = learning.train(settings, file, options, learning.Wish(name, promise, effort, tuple(parent or ())), say)
    if as_json:
        show_json(_to_document(learnt))
    else:
        _print(learnt)
    if not learnt.report.promoted:
        worse = [each for each in learnt.report.comparisons if each.is_worse]
        raise GateRefused(
            f"{learnt.report.name} version {learnt.report.version} is stored but not promoted: on "
            f"{', '.join(each.target for each in worse)} it is worse than the champion beyond chance. "
            "`triage models promote` overrules the gate."
        )


def _to_document(learnt: Learnt) -> dict[str, object]:
    report = learnt.report
    return {
        "model": report.name,
        "version": report.version,
        "run_id": report.run_id,
        "promoted": report.promoted,
        "incidents": len(learnt.history),
        "kind": learnt.history.kind,
        "slices": dict(report.slices),
        "text": list(learnt.history.columns.text),
        "fields": list(learnt.history.columns.field_names),
        "recipes": {target: recipe.as_document() for target, recipe in report.recipes.items()},
        "parents": dict(report.parents),
        "scores": scores_document(report.scores),
        "refuted": {target: list(rule.refuted) for target, rule in report.policy.targets.items() if rule.refuted},
        "forecasts": [each.as_document() for each in report.forecasts],
        **report.outlook.as_document(),
        "compared_with_champion": [
            {"target": each.target, "rows": each.rows, "low": each.low, "high": each.high}
            for each in report.comparisons
        ],
        "refused_columns": [{"name": column.name, "reason": column.reason} for column in learnt.history.refused],
    }


def _print(learnt: Learnt) -> None:
    report, history = learnt.report, learnt.history
    show_table(
        f"{report.name} version {report.version}: the newest {report.slices['newest']:,} of {len(history):,} incidents",
        *score_table(report.scores),
        numbers=True,
    )
    for target, rule in report.policy.targets.items():
        if rule.refuted:
            say(
                f"{target}: these incidents show that the promised {rule.promise:.0%} is not kept for "
                f"{bounded(rule.refuted)}. Such labels are suggested, never automatic, until a training whose newest "
                "incidents keep it. Look for what changed with `triage doctor`."
            )
    for note in automation_notes(report.scores, report.slices["validate"]):
        say(note)
    for child, parent in report.parents.items():
        say(f"{child} follows {parent}: each of its labels goes with one there, and answers agree.")
    for title, header, rows in outlook_tables(report.outlook):
        show_table(f"{title}, on the same incidents", header, rows, numbers=True)
    if report.forecasts:
        show_table("What more labels would bring (90 % interval)", *forecast_table(report.forecasts))
    else:
        say("No forecast of what more labels would bring: --effort quick does not look, or the history is too small.")
    show_table(
        "Columns",
        ["column", "read as"],
        [*((c, "text") for c in history.columns.text), *((f, "field") for f in history.columns.field_names)],
    )
    if history.refused:
        show_table("Columns that are not read", ["column", "why"], [(c.name, c.reason) for c in history.refused])
    for each in report.comparisons:
        say(
            f"{each.target}: accuracy against the champion {each.low:+.4f} to {each.high:+.4f} "
            f"(95 % interval, {each.rows:,} rows)"
        )
    if report.promoted:
        say(f"{report.name} version {report.version} is the champion now.")
