"""``triage serve``: the service, on a loopback address."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["serve"]


def serve(
    model: Annotated[
        list[str] | None, typer.Option("--model", metavar="NAME", help="Repeatable; every champion if not given.")
    ] = None,
    host: Annotated[str | None, typer.Option(help="A loopback address.")] = None,
    port: Annotated[int | None, typer.Option(help="0 takes any free port.", min=0, max=65535)] = None,
) -> None:
    """Label incidents over HTTP until interrupted."""
    from triage.api import server  # start-up cost: the web framework
    from triage.bootstrap import places

    server.run(places.read_settings(host=host, port=port), tuple(model or ()))
