"""``triage evaluate``: how a stored model does on a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from triage.cli.options import AsJson
from triage.cli.output import say, show_json, show_table
from triage.cli.reports import outlook_tables, score_table, scores_document, warning_rows

__all__ = ["evaluate"]


def evaluate(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The model; its champion version is judged.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Incidents, or metrics, as the model was trained on.")],
    which: Annotated[str, typer.Option("--slice", help="newest, validate (incidents only) or all.")] = "newest",
    order: Annotated[str | None, typer.Option(help="As in training if not given.")] = None,
    incidents: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Of a model of metrics: when its entities were in trouble.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Judge a model on a file; rows that it was fitted on are left out, and counted."""
    from triage.bootstrap import learning, places  # start-up cost: pandas

    if incidents is not None:
        _evaluate_metrics(name, (file, incidents), which, as_json=as_json)
        return
    evaluation = learning.evaluate_file(places.read_settings(), name, file, which, order)
    if as_json:
        show_json(
            {
                "model": evaluation.model.name,
                "version": evaluation.model.version,
                "fit": str(evaluation.fit),
                "slice": which,
                "incidents": evaluation.rows,
                "in_slice": evaluation.in_slice,
                "left_out": evaluation.left_out,
                "scores": scores_document(evaluation.scores),
                **evaluation.outlook.as_document(),
            }
        )
        return
    title = f"{name} version {evaluation.model.version} on {file.name}, slice {which}"
    show_table(title, *score_table(evaluation.scores), numbers=True)
    for title, header, rows in outlook_tables(evaluation.outlook):
        show_table(f"{title}, on the same incidents", header, rows, numbers=True)
    judged = evaluation.in_slice - evaluation.left_out
    left_out = f"{evaluation.left_out:,} left out, as the model learnt from them"
    say(f"{judged:,} of {evaluation.in_slice:,} rows judged; {left_out}.")
    if evaluation.fit == "before-refit":
        say("Judged: the fit from before the refit on everything, because the served one has seen some of these rows.")


def _evaluate_metrics(name: str, files: tuple[Path, Path], which: str, *, as_json: bool) -> None:
    from triage.bootstrap import metric_learning, places  # start-up cost: pandas and numba

    evaluation = metric_learning.evaluate_metric_file(places.read_settings(), name, files, which, say)
    if as_json:
        show_json(
            {
                "model": evaluation.model.name,
                "version": evaluation.model.version,
                "fit": str(evaluation.fit),
                "slice": which,
                "rows": evaluation.rows,
                "in_slice": evaluation.in_slice,
                "left_out": evaluation.left_out,
                "incidents_left_out": evaluation.incidents_left_out,
                "scores": evaluation.scores.as_document(),
            }
        )
        return
    title = f"{name} version {evaluation.model.version} on {files[0].name}, slice {which}"
    show_table(title, ["", "value"], warning_rows(evaluation.scores), numbers=True)
    judged = evaluation.in_slice - evaluation.left_out
    say(
        f"{judged:,} of {evaluation.in_slice:,} rows judged; {evaluation.left_out:,} left out, as the model learnt "
        "from them."
    )
    if evaluation.incidents_left_out:
        say(
            f"{evaluation.incidents_left_out:,} incidents left out: other entities, or not watched for a whole horizon."
        )
    if evaluation.fit == "before-refit":
        say("Judged: the watcher from before the refit on everything, as the served one has seen some of these rows.")
