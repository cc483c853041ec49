"""``triage deliver``: the relay on its own, its destinations, and the messages that were given up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from triage.cli.options import AsJson
from triage.cli.output import say, show_json, show_table
from triage.errors import DataError, MalformedBody, NotFound, bounded

if TYPE_CHECKING:
    from triage.flow import DeadLetter, Edit
    from triage.store import SqlOutbox

__all__ = ["deliver", "discard", "edit", "enable", "list_dead", "list_destinations", "replay", "show"]

_T = TypeVar("_T")
_Number = Annotated[int, typer.Argument(metavar="NUMBER", help="As `triage deliver dead list` shows it.")]


def deliver(context: typer.Context) -> None:
    """Deliver what waits in the outbox until interrupted; `triage serve` does so by itself unless it is told not to."""
    if context.invoked_subcommand is None:
        from triage.api import server  # start-up cost: the web framework
        from triage.bootstrap import places

        server.deliver(places.read_settings())


def list_destinations(as_json: AsJson = False) -> None:
    """List the destinations: what waits, is held or was given up, and which want nothing any more."""
    names = _destinations()
    states = _ask(lambda outbox: outbox.states(names))
    if as_json:
        show_json(
            [
                {
                    "name": one.name,
                    "waiting": one.waiting,
                    "held": one.held,
                    "next_at": None if one.next_at is None else one.next_at.isoformat(),
                    "failure": one.failure or None,
                    "dead": one.dead,
                    "disabled": one.reason or None,
                }
                for one in states
            ]
        )
    else:
        rows = [
            (
                one.name,
                str(one.waiting),
                "-" if one.next_at is None else f"{one.next_at:%Y-%m-%d %H:%M:%S}Z",
                one.failure or "-",
                str(one.held),
                str(one.dead),
                one.reason or "-",
            )
            for one in states
        ]
        header = ["name", "waiting", "tried again at", "why it waits", "held", "dead", "disabled"]
        show_table("Destinations", header, rows)
        if not rows:
            say("Nothing is delivered: there is no [deliver.NAME] table in triage.toml.")


def enable(name: Annotated[str, typer.Argument(metavar="NAME")]) -> None:
    """Let a destination get messages again that had answered 410 Gone."""
    _check_destination(name, _destinations())
    _ask(lambda outbox: outbox.enable(name))
    say(f"{name} gets messages again.")


def list_dead(
    to: Annotated[str | None, typer.Option("--to", metavar="NAME", help="Only of this destination.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many, the last first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List the messages that were given up."""
    page = _ask(lambda outbox: outbox.page_dead(limit, None, to))
    if to is not None and not page.letters:
        # One that was taken out of the settings may still have letters.
        _check_destination(to, _destinations())
    if as_json:
        show_json([_body(letter) for letter in page.letters])
    else:
        rows = [
            (
                str(letter.message.seq),
                letter.message.destination,
                f"{letter.message.content.triage.source} {letter.message.content.triage.incident_id}",
                letter.reason,
            )
            for letter in page.letters
        ]
        show_table("Dead letters", ["number", "destination", "incident", "reason"], rows)
        if not rows:
            say("No message was given up.")


def show(number: _Number, as_json: AsJson = False) -> None:
    """Show a message that was given up: what it says, and why it was not delivered."""
    body = _body(_ask(lambda outbox: outbox.find_dead(number)))
    if as_json:
        show_json(body)
    else:
        rows = [(key, value if isinstance(value, str) else json.dumps(value)) for key, value in body.items()]
        show_table(f"Dead letter {number}", ["", ""], rows)


def edit(
    number: _Number,
    file: Annotated[Path, typer.Argument(metavar="FILE", help='JSON: {"labels": {…}, "fields": {…}}.')],
) -> None:
    """Put other content in a message that was given up."""
    changed = _read_edit(file)
    _ask(lambda outbox: outbox.edit_dead(number, changed))
    say(f"Number {number} is changed; replay it.")


def replay(number: _Number) -> None:
    """Have a message that was given up tried again from the start."""
    from triage.bootstrap.delivering import now  # start-up cost: the database

    _ask(lambda outbox: outbox.replay_dead(number, now()))
    say(f"Number {number} is due now.")


def discard(number: _Number) -> None:
    """Drop a message that was given up."""
    _ask(lambda outbox: outbox.discard_dead(number))
    say(f"Number {number} is gone.")


def _destinations() -> list[str]:
    from triage.bootstrap import delivering, places  # start-up cost: the database

    return [one.name for one in delivering.read_destinations(places.read_settings())]


def _check_destination(name: str, known: Sequence[str]) -> None:
    if name not in known:
        raise NotFound(f"There is no destination {name!r} in triage.toml. Those there: {bounded(known) or 'none'}.")


def _ask(question: Callable[[SqlOutbox], Awaitable[_T]]) -> _T:
    from triage.bootstrap import places  # start-up cost: the database
    from triage.store import open_outbox

    async def ask() -> _T:
        with open_outbox(places.read_settings().database_url) as outbox:
            return await question(outbox)

    return asyncio.run(ask())


def _body(letter: DeadLetter) -> dict[str, object]:
    from triage.api.render import dead_letter_body  # start-up cost: the web framework

    body = dead_letter_body(letter)
    return {**body, **{key: str(body[key]) for key in ("buried_at", "received_at")}}


def _read_edit(file: Path) -> Edit:
    from triage.intake import read_json, to_edit  # start-up cost: numpy

    try:
        return to_edit(read_json(file.read_bytes()))
    except OSError as err:
        raise DataError(f"{file} cannot be read: {err.strerror}.") from err
    except MalformedBody as err:
        raise DataError(f"{file} is not JSON. {err.message}") from err
