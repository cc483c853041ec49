"""The journal of live incidents in a database: implements `triage.flow.Journal`. It decides and labels nothing."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from typing import Self

from sqlalchemy import Engine

from triage.decide.grouping import GroupingRules
from triage.domain import Change, Feedback, Group, Incident, IncidentEnd, Outcome
from triage.flow import Answer, ChangePage, CommitCounts, Entry, GroupPage, GroupQuery, Page, Relabel, Unlabelled
from triage.store.answer_queries import find_answer, latest_incident, newest_incidents, page_answers
from triage.store.change_rows import change_row, known_changes, page_changes
from triage.store.ends import read_ends
from triage.store.evidence import SqlEvidenceBook
from triage.store.group_queries import find_group, page_groups
from triage.store.grouping import GroupLedger
from triage.store.keys import SqlKeyStore
from triage.store.late import put_labels, select_unlabelled, unlabelled_of
from triage.store.metric_journal import SqlMetricJournal
from triage.store.opening import open_database
from triage.store.outbox import SqlOutbox
from triage.store.outcome_rows import put_outcome
from triage.store.polls import SqlCursors
from triage.store.reading import Reader
from triage.store.rows import rows_of
from triage.store.session_lock import SessionLocks
from triage.store.waiting import release_held
from triage.store.writer import GroupWriter
from triage.store.writing import Write, check_by_writing, check_writable, write_all

__all__ = ["SqlJournal"]

# How long a statement waits for a lock that somebody else holds, such as a backup or a person with the sqlite3 shell.
_BUSY_TIMEOUT_S = 5.0


class SqlJournal:
    """A journal in a file of SQLite, written by this process alone, or in a database of PostgreSQL. Made by `open`.

    Parameters
    ----------
    writer : GroupWriter
    reads : Engine
        For reading only.
    locks : SessionLocks
    held : ExitStack
        What to let go at the end, after the writer.

    Notes
    -----
    Every method that reads or writes raises `StoreUnavailable` where the database cannot be read, or nothing was kept.
    """

    def __init__(self, writer: GroupWriter, reads: Engine, locks: SessionLocks, held: ExitStack) -> None:
        self._writer = writer
        self._reader = Reader(reads)
        self._locks = locks
        self._held = held

    @classmethod
    def open(
        cls,
        database_url: str,
        *,
        most_waiting: int = 10_000,
        busy_timeout_s: float = _BUSY_TIMEOUT_S,
        grouping: GroupingRules | None = None,
    ) -> Self:
        """Open a database, made or migrated as needed.

        Parameters
        ----------
        database_url : str
            Such as ``sqlite:////var/lib/triage/triage.db`` or ``postgresql://user@host/triage``.
        most_waiting : int, default=10_000
            Rows that may wait for the writer before senders are pushed back.
        busy_timeout_s : float, default=5.0
            How long to wait for somebody else's lock on the database, in seconds.
        grouping : GroupingRules or None, default=None
            By what alerts are grouped; not at all if None: then what was held for more alerts is sent.

        Raises
        ------
        SettingsError
            The URL names no database that is known here, or a newer version wrote it.
        Conflict
            Another process writes the file.
        StoreUnavailable
            The database cannot be opened, or is none.
        """
        with ExitStack() as held:
            opened = open_database(database_url, busy_timeout_s, held)
            if grouping is None:
                release_held(opened.reads, opened.writes)
            write = partial(write_all, ledger=GroupLedger(grouping))
            return cls(GroupWriter(opened.writes, write, most_waiting), opened.reads, opened.locks, held.pop_all())

    def close(self) -> None:
        """Commit what waits, then let the file go; twice is once. It blocks for that long."""
        self._writer.close()
        self._held.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def counts(self) -> CommitCounts:
        """What has been written since it was opened."""
        return self._writer.counts

    @property
    def metrics(self) -> SqlMetricJournal:
        """The journal of metrics and warnings in the same database."""
        return SqlMetricJournal(self._writer, self._reader, self._locks)

    @property
    def keys(self) -> SqlKeyStore:
        """Answers by the key of their request, in the same database."""
        return SqlKeyStore(self._writer, self._reader, self._locks)

    @property
    def cursors(self) -> SqlCursors:
        """How far trackers have been read, in the same database."""
        return SqlCursors(self._writer, self._reader, self._locks)

    @property
    def evidence(self) -> SqlEvidenceBook:
        """What people say of automatic labels, in the same database."""
        return SqlEvidenceBook(self._writer, self._reader)

    @property
    def outbox(self) -> SqlOutbox:
        """What is to be delivered, in the same database."""
        return SqlOutbox(self._writer, self._reader, self._locks)

    async def record(self, entries: Sequence[Entry]) -> list[Answer]:
        """Commit entries in one transaction and answer each; see `triage.flow.Journal`.

        Raises
        ------
        Conflict
            Nor were they then: an incident does not stand as one of them says that it must.
        """
        return await self._writer.submit(Write(entries=rows_of(entries)))

    async def unlabelled(self, after: int, limit: int) -> list[Unlabelled]:
        """Return revisions that went on without labels, the oldest first."""
        query = select_unlabelled(after, limit)
        rows = await self._reader.read(lambda connection: connection.execute(query).mappings().all())
        return [unlabelled_of(row) for row in rows]

    async def relabel(self, relabels: Sequence[Relabel], given_up: Sequence[int] = ()) -> None:
        """Commit labels that followed; see `triage.flow.Journal`."""
        await self._writer.perform(lambda connection: put_labels(connection, relabels, given_up))

    async def add_feedback(self, feedback: Feedback) -> None:
        """Commit a verdict.

        Raises
        ------
        NotFound
            Its incident is not stored.
        """
        await self._writer.submit(Write(verdicts=(feedback,)))

    async def add_outcome(self, outcome: Outcome) -> None:
        """Commit how an incident ended; what is known already is not written again.

        Raises
        ------
        NotFound
            It is not stored.
        """
        await self._writer.perform(lambda connection: put_outcome(connection, outcome))

    async def check(self) -> None:
        """Raise StoreUnavailable unless a transaction that writes can be had and, after one that failed, committed."""
        await self._writer.perform(check_by_writing if self._writer.is_failing else check_writable)

    async def find(self, incident_id: str, source: str | None = None) -> Answer:
        """Return the latest answer on an incident.

        Raises
        ------
        NotFound
            No such incident.
        Conflict
            Several sources have the id and none is given.
        """
        return await self._reader.read(lambda connection: find_answer(connection, incident_id, source))

    async def latest(self, incident_id: str, source: str) -> Incident | None:
        """Return an incident as its latest revision said, or None."""
        return await self._reader.read(lambda connection: latest_incident(connection, incident_id, source))

    def newest(self, most: int, after: int = 0) -> tuple[list[Incident], int]:
        """Return the incidents that came in last, the oldest of them first, and the place of the last one.

        Each is as its latest revision said, received when its first one was. It waits for the database: not for an
        event loop.

        Parameters
        ----------
        most : int
        after : int, default=0
            Only those beyond this place.
        """
        return self._reader.read_now(lambda connection: newest_incidents(connection, most, after))

    def ends(self, most: int) -> list[IncidentEnd]:
        """Return what is known of how incidents ended; see `read_ends`. It waits for the database, as `newest` does."""
        return self._reader.read_now(lambda connection: read_ends(connection, most))

    async def add_changes(self, changes: Sequence[Change]) -> int:
        """Commit changes, those that are known already left as they are, and return how many were new."""
        rows = tuple(change_row(change) for change in changes)
        known = await self._reader.read(lambda connection: known_changes(connection, rows))
        await self._writer.submit(Write(changes=rows))
        return len({(row["source"], row["change_id"]) for row in rows} - known)

    async def page_changes(self, limit: int, cursor: str | None = None) -> ChangePage:
        """Return changes, the one that came in last first.

        Raises
        ------
        UsageError
            The cursor is none of ours.
        """
        return await self._reader.read(lambda connection: page_changes(connection, limit, cursor))

    async def page(self, limit: int, cursor: str | None = None, source: str | None = None) -> Page:
        """Return latest answers, newest incident first; incidents that come in meanwhile do not move the pages.

        Parameters
        ----------
        limit : int
            Answers a page, at least 1.
        cursor : str or None, default=None
            The ``next_cursor`` of the page before.
        source : str or None, default=None
            Only incidents of this source.

        Raises
        ------
        UsageError
            The cursor is none of ours.
        """
        return await self._reader.read(lambda connection: page_answers(connection, limit, cursor, source))

    async def find_group(self, group_id: str) -> Group:
        """Return a group with its members, as far as a thousand.

        Raises
        ------
        NotFound
            There is none with this id.
        """
        return await self._reader.read(lambda connection: find_group(connection, group_id))

    async def page_groups(self, query: GroupQuery) -> GroupPage:
        """Return groups with their first members, the last begun first.

        Raises
        ------
        UsageError
            The cursor is none of ours.
        """
        return await self._reader.read(lambda connection: page_groups(connection, query))
