"""Step ``train_triage``: learn from past incidents, judge, store, record, promote. It must hold no logic of its own.

The CLI's own command stands behind every step, called as a function. So a step reads, judges, refuses, reports and ends
(exit codes 0 to 3) exactly as ``triage`` does, in no second copy, and mypy holds the call to the command's signature.
Handing words to ``triage.cli.main`` would check nothing; calling ``triage.bootstrap`` would copy summaries and gate.
What a step adds is a face for schedulers and ``mlflow run``: named parameters only, the summary always as JSON.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from triage.cli import main, training
from triage.cli.options import Encoding, Order, TimeZone

step = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@step.command()
def train_triage(
    incidents: Annotated[Path, typer.Option(help="The history: csv, zipped csv, parquet or json-lines.")],
    name: Annotated[str, typer.Option(help="The model's name; a run adds a version.")],
    targets: Annotated[
        str | None, typer.Option(help="Columns to predict, parted by commas; found if not given.")
    ] = None,
    promise: Annotated[float | None, typer.Option(help="Precision promised for automatic labels, in (0, 1).")] = None,
    effort: Annotated[str, typer.Option(help="quick, normal or thorough.")] = "normal",
    order: Order = None,
    tz: TimeZone = None,
    encoding: Encoding = None,
) -> None:
    """Learn a model of incidents and make it the champion; exit 3 where it is worse than the one in force."""
    training.incidents(
        incidents,
        target=None if targets is None else [targets],
        order=order,
        tz=tz,
        encoding=encoding,
        promise=promise,
        effort=effort,
        name=name,
        as_json=True,
    )


if __name__ == "__main__":
    main(commands=step)
