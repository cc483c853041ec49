"""``triage evaluate``: how a stored model does on a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from triage.cli.options import AsJson
from triage.cli.output import say, show_json, show_table
from triage.cli.reports import score_table, scores_document

__all__ = ["evaluate"]


def evaluate(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The model; its champion version is judged.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Incidents with the columns the model was trained on.")],
    which: Annotated[str, typer.Option("--slice", help="newest, validate or all.")] = "newest",
    order: Annotated[str | None, typer.Option(help="As in training if not given.")] = None,
    as_json: AsJson = False,
) -> None:
    """Judge a model on a file; rows that it was fitted on are left out, and counted."""
    from triage.bootstrap import learning, places  # start-up cost: pandas

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
            }
        )
        return
    title = f"{name} version {evaluation.model.version} on {file.name}, slice {which}"
    show_table(title, *score_table(evaluation.scores), numbers=True)
    judged = evaluation.in_slice - evaluation.left_out
    left_out = f"{evaluation.left_out:,} left out, as the model learnt from them"
    say(f"{judged:,} of {evaluation.in_slice:,} rows judged; {left_out}.")
    if evaluation.fit == "before-refit":
        say("Judged: the fit from before the refit on everything, because the served one has seen some of these rows.")
