"""Wires a pull: the account of the settings, its client and its reader. Reads and writes nothing itself."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from triage.errors import UsageError
from triage.settings import Settings
from triage.trackers import Account, TrackerClient, TrackerKind, open_reader, to_accounts
from triage.trackers.pull import Pulled, pull

__all__ = ["pull_history", "read_accounts", "to_account"]


def read_accounts(settings: Settings) -> tuple[Account, ...]:
    """Return the accounts of ``[trackers]``.

    Raises
    ------
    SettingsError
        Naming everything that cannot be used.
    """
    return to_accounts(settings.trackers, os.environ)


def to_account(settings: Settings, kind: str, name: str | None) -> Account:
    """Return the account of a kind of tracker.

    Raises
    ------
    SettingsError
        Naming everything that cannot be used.
    UsageError
        There is none of that kind or name, or there are several and none is named.
    """
    if kind not in list(TrackerKind):
        raise UsageError(f"The tracker must be one of {', '.join(TrackerKind)}. Got {kind!r}.")
    of_kind = [one for one in read_accounts(settings) if one.kind == kind]
    if name is not None:
        of_kind = [one for one in of_kind if one.name == name]
    if not of_kind:
        wanted = name or "NAME"
        raise UsageError(
            f'There is no {kind} to read from. Write [trackers.{wanted}] with kind = "{kind}", url and secret_env into '
            "triage.toml."
        )
    if len(of_kind) > 1:
        raise UsageError(f"Name one by --tracker: {', '.join(one.name for one in of_kind)}.")
    return of_kind[0]


def pull_history(
    account: Account, since: datetime | None, until: datetime | None, out: Path, say: Callable[[int], None]
) -> Pulled:
    """Read a tracker's tickets of a span of time into a training file; raises as `triage.trackers.pull.pull` does."""
    if out.suffix != ".csv":
        raise UsageError(f"--out must be a file that ends in .csv. Got {str(out)!r}.")
    now = datetime.now(UTC)
    if since is not None and since >= (until or now):
        raise UsageError(f"--since must be before --until. Got {since.isoformat()} and {(until or now).isoformat()}.")
    return pull(open_reader(TrackerClient(account)), account, (since, until, now), out, say)
