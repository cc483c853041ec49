"""``triage datasets``: histories to train on, brought from where they are."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from triage.cli.options import AsJson
from triage.cli.output import say, show_json

__all__ = ["pull"]

_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]


def pull(
    kind: Annotated[str, typer.Argument(metavar="servicenow|jira|request-tracker")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE.csv", help="Where to; replaced once all is read.")],
    tracker: Annotated[
        str | None,
        typer.Option("--tracker", metavar="NAME", help="Its [trackers.NAME]; needed where there are several."),
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(help="Only tickets created from then on; UTC without a zone.", formats=_FORMATS)
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(help="Only tickets created before; now if not given.", formats=_FORMATS)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Bring a tracker's history into a file to train on; run again after an interruption, it goes on."""
    from triage.bootstrap import places, pulling  # start-up cost: the HTTP client

    account = pulling.to_account(places.read_settings(), kind, tracker)
    say(f"Reading {account.kind} at {account.url}")
    pulled = pulling.pull_history(
        account, _in_utc(since), _in_utc(until), out, lambda count: say(f"{count:,} tickets read")
    )
    if as_json:
        show_json({"tickets": pulled.tickets, "rows": pulled.rows, "out": str(out)})
    say(f"{pulled.tickets:,} tickets with {pulled.rows:,} rows in {out}.")


def _in_utc(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
