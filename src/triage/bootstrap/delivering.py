"""Wires delivery: the destinations of the settings, their cores and the outbox. Sends nothing itself."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from triage.deliver import Destination, Lane, Relay, make_core, to_destinations
from triage.errors import UsageError
from triage.flow import Outbox
from triage.settings import Settings
from triage.store import SqlJournal

__all__ = ["make_relay", "now", "open_relay", "read_destinations"]


def read_destinations(settings: Settings) -> tuple[Destination, ...]:
    """Return the destinations of ``[deliver]``.

    Raises
    ------
    SettingsError
        Naming everything that cannot be used.
    """
    return to_destinations(settings.deliver, os.environ)


def make_relay(settings: Settings, outbox: Outbox) -> Relay:
    """Return the way from an outbox to every destination; raises as `read_destinations` does."""
    dice = random.Random()
    return Relay([Lane(one, make_core(one, now), outbox, now, dice.random) for one in read_destinations(settings)])


@contextmanager
def open_relay(settings: Settings) -> Iterator[Relay]:
    """Open the database for delivery alone.

    Raises
    ------
    UsageError
        No destination is set.
    SettingsError
        A destination cannot be used.
    Conflict
        On SQLite: another process, such as a service that delivers by itself, writes the same file.
    StoreUnavailable
        The database cannot be opened.
    """
    if not read_destinations(settings):
        raise UsageError("There is nowhere to deliver to. Add a [deliver.NAME] table to triage.toml.")
    with SqlJournal.open(settings.database_url) as journal:
        yield make_relay(settings, journal.outbox)


def now() -> datetime:
    """Return the present (aware, UTC)."""
    return datetime.now(UTC)
