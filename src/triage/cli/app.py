"""The commands and what every one of them shares: exit codes, the version, a clean end on Ctrl-C."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer

from triage import __version__
from triage.cli import (
    config,
    datasets,
    delivery,
    detection,
    doctor,
    evaluation,
    feedback,
    labelling,
    metric_training,
    models,
    sample,
    service,
    training,
)
from triage.cli.output import say, show_error
from triage.errors import TriageError

__all__ = ["app", "main"]

# 128 + SIGINT, as shells count it.
_INTERRUPTED = 130

app = typer.Typer(
    name="triage",
    help="Learns from a team's own incident history and labels new incidents, with a promise on its precision.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
_train = typer.Typer(name="train", help="Train a model.", no_args_is_help=True)
_models = typer.Typer(name="models", help="List, show, promote and verify models.", no_args_is_help=True)
_deliver = typer.Typer(name="deliver", help="Deliver to workflow cores.", invoke_without_command=True)
_dead = typer.Typer(name="dead", help="Messages that were given up.", no_args_is_help=True)
_feedback = typer.Typer(name="feedback", help="What is known of how incidents ended.", no_args_is_help=True)
_datasets = typer.Typer(name="datasets", help="Histories to train on.", no_args_is_help=True)
_config = typer.Typer(name="config", help="Show the settings in force.", no_args_is_help=True)

_train.command("incidents", short_help="Learn from a history of incidents.")(training.incidents)
_train.command("metrics", short_help="Learn from a history of metrics.")(metric_training.metrics)
app.add_typer(_train)
app.command("evaluate", short_help="Judge a stored model on a file.")(evaluation.evaluate)
app.command("label", short_help="Label a file: the same rows, with predictions.")(labelling.label)
app.command("detect", short_help="Score a file of metrics, with warnings and causes.")(detection.detect)
app.command("doctor", short_help="Say what is wrong with a history.")(doctor.doctor)
_models.command("list", short_help="List models, versions and champions.")(models.list_models)
_models.command("show", short_help="Show what a version learnt from, and its scores.")(models.show)
_models.command("promote", short_help="Make a version the champion.")(models.promote)
_models.command("verify", short_help="Verify the files of a version.")(models.verify)
app.add_typer(_models)
app.command("serve", short_help="Answer over HTTP until interrupted.")(service.serve)
_deliver.callback()(delivery.deliver)
_deliver.command("list", short_help="List destinations, what waits and why.")(delivery.list_destinations)
_deliver.command("enable", short_help="Let a destination get messages again.")(delivery.enable)
_dead.command("list")(delivery.list_dead)
_dead.command("show", short_help="Show what a message says and why it was given up.")(delivery.show)
_dead.command("edit")(delivery.edit)
_dead.command("replay")(delivery.replay)
_dead.command("discard")(delivery.discard)
_deliver.add_typer(_dead)
app.add_typer(_deliver)
app.command("simulate", short_help="Write a generated estate to try things on.")(sample.simulate)
_feedback.command("export", short_help="Write incidents with how they ended, to train on.")(feedback.export)
app.add_typer(_feedback)
_datasets.command("pull", short_help="Bring a tracker's history into a file.")(datasets.pull)
app.add_typer(_datasets)
_config.command("show")(config.show)
app.add_typer(_config)


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"triage {__version__}\n")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Take the options that stand before any command."""


def main(arguments: Sequence[str] | None = None, commands: typer.Typer = app) -> NoReturn:
    """Run the command line and end the process: 0 done, 1 our fault, 2 bad usage or data, 3 refused by a gate.

    Parameters
    ----------
    arguments : sequence of str or None, default=None
        The words after ``triage``; those of the process if None.
    commands : typer.Typer, default=app
        What is run; a step of a pipeline brings its own and ends as every command does.
    """
    try:
        commands(args=None if arguments is None else list(arguments))
    except TriageError as error:
        show_error(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        say("Interrupted.")
        sys.exit(_INTERRUPTED)
    except SystemExit as ended:
        # Typer takes Ctrl-C first, and ends with the shells' code without a word.
        if ended.code == _INTERRUPTED:
            say("Interrupted.")
        raise
    except Exception:  # noqa: BLE001  # the last handler: whatever arrives here is our own fault, and says where
        traceback.print_exc()
        say("This is a fault of triage itself. Please report it with the lines above.")
        sys.exit(1)
    sys.exit(0)
