"""Step ``evaluate``: how the champion does on a file. It must hold no logic: ``train_triage`` says why.

Judges only rows that the judged fit has not seen; give it what came in since the training, with ``--slice all``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from triage.cli import evaluation, main
from triage.cli.options import Order

step = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@step.command()
def evaluate(
    incidents: Annotated[Path, typer.Option(help="Incidents with the columns that the model was trained on.")],
    name: Annotated[str, typer.Option(help="The model; its champion version is judged.")],
    which: Annotated[str, typer.Option("--slice", help="newest, validate or all.")] = "newest",
    order: Order = None,
) -> None:
    """Judge a model on a file; rows that it was fitted on are left out, and counted."""
    evaluation.evaluate(name, incidents, which, order, as_json=True)


if __name__ == "__main__":
    main(commands=step)
