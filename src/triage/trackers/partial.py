"""What has been read of a tracker so far, in a file that outlives an interruption, page by page."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import cast

import orjson

from triage.errors import UsageError
from triage.trackers.tickets import Page, Ticket, TicketChange

__all__ = ["PartialFile"]


class PartialFile:
    """A file of one line a page, the first of which says what is being read.

    Parameters
    ----------
    path : Path
    asked : mapping of str to object
        What is read: JSON. A file that was begun for something else is refused.

    Raises
    ------
    UsageError
        It was begun for something else, or cannot be written.
    """

    def __init__(self, path: Path, asked: Mapping[str, object]) -> None:
        self._path = path
        self.mark = ""
        self.count = 0
        try:
            self._resume(asked)
        except OSError as err:
            raise UsageError(f"{path} cannot be written: {err.strerror}.") from err

    def add(self, page: Page) -> None:
        """Append a page; once this returns it is on disk."""
        line = {"mark": page.mark, "tickets": [_to_document(ticket) for ticket in page.tickets]}
        self._file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        self._file.flush()
        os.fsync(self._file.fileno())
        self.mark = page.mark
        self.count += len(page.tickets)

    def tickets(self) -> Iterator[Ticket]:
        """Yield every ticket once, as it was read last."""
        last = {document["id"]: at for at, document in enumerate(self._documents())}
        for at, document in enumerate(self._documents()):
            if last[document["id"]] == at:
                yield _to_ticket(document)

    def close(self) -> None:
        """Let the file go; what is in it stays."""
        self._file.close()

    def remove(self) -> None:
        """Let the file go, with what is in it."""
        self.close()
        self._path.unlink(missing_ok=True)

    def _resume(self, asked: Mapping[str, object]) -> None:
        header = orjson.dumps(asked, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)
        self._file = self._path.open("a+b")
        self._file.seek(0)
        first = self._file.readline()
        if not first.endswith(b"\n"):
            # New, or it was interrupted before there was anything in it.
            self._file.truncate(0)
            self._file.write(header)
            self._file.flush()
            return
        if first != header:
            self._file.close()
            raise UsageError(
                f"{self._path} was begun with other options. Give the same ones to go on, or remove it to begin anew."
            )
        whole = self._file.tell()
        for line in self._file:
            if not line.endswith(b"\n"):
                break
            page = orjson.loads(line)
            whole += len(line)
            self.mark = page["mark"]
            self.count += len(page["tickets"])
        # The page that was being written when it was interrupted is read again.
        self._file.truncate(whole)

    def _documents(self) -> Iterator[dict[str, object]]:
        with self._path.open("rb") as file:
            next(file)
            for line in file:
                yield from orjson.loads(line)["tickets"]


def _to_document(ticket: Ticket) -> dict[str, object]:
    names = [[column, value, name] for (column, value), name in ticket.names.items()]
    return {**asdict(ticket), "names": names, "several": sorted(ticket.several)}


def _to_ticket(document: dict[str, object]) -> Ticket:
    read = dict(document)
    for name in ("created_at", "updated_at", "opened_at", "resolved_at", "closed_at"):
        given = read[name]
        read[name] = None if given is None else datetime.fromisoformat(str(given))
    changes = cast("list[dict[str, str]]", read["changes"])
    read["changes"] = tuple(
        TicketChange(datetime.fromisoformat(one["at"]), one["column"], one["old"], one["new"], one["by"])
        for one in changes
    )
    names = cast("list[list[str]]", read["names"])
    read["names"] = {(column, value): name for column, value, name in names}
    read["several"] = frozenset(cast("list[str]", read["several"]))
    return Ticket(**read)  # type: ignore[arg-type]  # as written above
