"""A tracker's past → a training file. What is interrupted goes on later; the file is there whole or not at all."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from triage.errors import DataError, UsageError
from triage.trackers.accounts import Account
from triage.trackers.partial import PartialFile
from triage.trackers.rows import LOG_COLUMNS, to_rows
from triage.trackers.tickets import TrackerReader

__all__ = ["Pulled", "pull"]


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull brought: tickets, and rows of the training file."""

    tickets: int
    rows: int


def pull(
    reader: TrackerReader,
    account: Account,
    span: tuple[datetime | None, datetime | None, datetime],
    out: Path,
    say: Callable[[int], None],
) -> Pulled:
    """Read all tickets of a span of time and write them as an event log that `triage train incidents` reads.

    Parameters
    ----------
    reader : TrackerReader
    account : Account
    span : (datetime or None, datetime or None, datetime)
        Created from when on and before when, as asked for; and the present, which stands in for the end.
    out : Path
        A csv file; one that is there is replaced in the end. Beside it stands ``OUT.partial`` meanwhile.
    say : callable
        Told after each page how many tickets have been read.

    Raises
    ------
    TrackerRefused, TrackerUnavailable
        What was read so far is kept: the same command goes on.
    DataError
        An answer of another shape; no ticket in that span.
    UsageError
        The file cannot be written, or was begun with other options.
    """
    since, until, now = span
    asked = {
        "kind": account.kind,
        "url": account.url,
        "query": account.query,
        "fields": dict(account.fields),
        "changes": account.has_changes,
        "since": since,
        "until": until,
    }
    partial = PartialFile(out.with_name(f"{out.name}.partial"), asked)
    with closing(reader), closing(partial):
        for page in reader.pages(since, until or now, partial.mark):
            partial.add(page)
            say(partial.count)
        if not partial.count:
            partial.remove()
            raise DataError(f"{account.kind} at {account.url} has no tickets of that time that this account may see.")
        pulled = _write(partial, out)
        partial.remove()
    return pulled


def _write(partial: PartialFile, out: Path) -> Pulled:
    columns: dict[str, None] = dict.fromkeys(LOG_COLUMNS)
    names: dict[tuple[str, str], str] = {}
    for ticket in partial.tickets():
        columns |= dict.fromkeys((*ticket.values, *(change.column for change in ticket.changes)))
        names |= ticket.names
    counts = {"tickets": 0, "rows": 0}

    def rows() -> Iterator[dict[str, str]]:
        for ticket in partial.tickets():
            counts["tickets"] += 1
            for row in to_rows(ticket, names):
                counts["rows"] += 1
                yield row

    beside = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(columns), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows())
            file.flush()
            os.fsync(file.fileno())
        beside.replace(out)
    except OSError as err:
        beside.unlink(missing_ok=True)
        raise UsageError(f"{out} cannot be written: {err.strerror}.") from err
    return Pulled(counts["tickets"], counts["rows"])
