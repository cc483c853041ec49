"""Step ``promote``: put a version in force. It must hold no logic: ``train_triage`` says why.

``train_triage`` promotes by itself; this is for going back, and for overruling the gate after a look at the summary.
"""

from __future__ import annotations

from typing import Annotated

import typer

from triage.cli import main, models

step = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@step.command()
def promote(
    name: Annotated[str, typer.Option(help="The model.")],
    version: Annotated[str, typer.Option(help="The version that shall answer from now on.")],
) -> None:
    """Make a version the champion, atomically; a running service follows within seconds."""
    models.promote(name, version, as_json=True)


if __name__ == "__main__":
    main(commands=step)
