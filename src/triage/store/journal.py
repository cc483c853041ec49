"""The journal of live incidents in a database: implements `triage.flow.Journal`. It decides and labels nothing."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Self

from sqlalchemy import URL, Engine, select
from sqlalchemy.exc import SQLAlchemyError

from triage.decide.grouping import GroupingRules
from triage.domain import Change, Feedback, Group, Incident, IncidentEnd, Outcome
from triage.errors import Conflict, NotFound, StoreUnavailable, bounded
from triage.flow import Answer, ChangePage, CommitCounts, Entry, GroupPage, GroupQuery, Page, Relabel, Unlabelled
from triage.store.change_rows import change_row, known_changes, page_changes
from triage.store.connections import is_sqlite, reading_engine, to_url, writing_engine
from triage.store.cursors import from_cursor, to_cursor
from triage.store.ends import read_ends
from triage.store.evidence import SqlEvidenceBook
from triage.store.group_queries import answers_with_groups, find_group, page_groups
from triage.store.grouping import GroupLedger
from triage.store.keys import SqlKeyStore
from triage.store.late import put_labels, select_unlabelled, unlabelled_of
from triage.store.lock import FileLock
from triage.store.metric_journal import SqlMetricJournal
from triage.store.outbox import SqlOutbox
from triage.store.outcome_rows import put_outcome
from triage.store.polls import SqlCursors
from triage.store.reading import Reader
from triage.store.recording import latest_answers, select_newest
from triage.store.rows import incident_of, rows_of
from triage.store.schema import upgrade_schema
from triage.store.session_lock import SessionLocks
from triage.store.tables import feedback as verdicts
from triage.store.tables import incidents, revisions
from triage.store.writer import GroupWriter
from triage.store.writing import Write, check_writable, write_all

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
            By what alerts are grouped; not at all if None.

        Raises
        ------
        SettingsError
            The URL names no database that is known here, or a newer version wrote it.
        Conflict
            Another process writes the file.
        StoreUnavailable
            The database cannot be opened, or is none.
        """
        url = to_url(database_url)
        where = str(url.database) if is_sqlite(url) else url.render_as_string(hide_password=True)
        with ExitStack() as held:
            try:
                _claim_file(url, held)
                writes = writing_engine(url, busy_timeout_s)
                held.callback(writes.dispose)
                upgrade_schema(writes)
            except OSError as err:
                raise StoreUnavailable(f"{where} cannot be made: {err.strerror}. Make the folder writable.") from err
            except SQLAlchemyError as err:
                raise StoreUnavailable(f"{where} cannot be used as the database: {_said(err)}.") from err
            reads = reading_engine(url, busy_timeout_s)
            held.callback(reads.dispose)
            locks = SessionLocks(None if is_sqlite(url) else reads)
            held.callback(locks.close)
            write = partial(write_all, ledger=GroupLedger(grouping))
            return cls(GroupWriter(writes, write, most_waiting), reads, locks, held.pop_all())

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
        StoreUnavailable
            None of them was kept.
        Conflict
            Nor were they then: an incident does not stand as one of them says that it must.
        """
        return await self._writer.submit(Write(entries=rows_of(entries)))

    async def unlabelled(self, after: int, limit: int) -> list[Unlabelled]:
        """Return revisions that went on without labels, the oldest first.

        Raises
        ------
        StoreUnavailable
            The database cannot be read.
        """
        query = select_unlabelled(after, limit)
        rows = await self._reader.read(lambda connection: connection.execute(query).mappings().all())
        return [unlabelled_of(row) for row in rows]

    async def relabel(self, relabels: Sequence[Relabel], given_up: Sequence[int] = ()) -> None:
        """Commit labels that followed; see `triage.flow.Journal`.

        Raises
        ------
        StoreUnavailable
            None of them was kept.
        """
        await self._writer.perform(lambda connection: put_labels(connection, relabels, given_up))

    async def add_feedback(self, feedback: Feedback) -> None:
        """Commit a verdict.

        Raises
        ------
        NotFound
            Its incident is not stored.
        StoreUnavailable
            It was not kept.
        """
        await self._writer.submit(Write(verdicts=(feedback,)))

    async def add_outcome(self, outcome: Outcome) -> None:
        """Commit how an incident ended; what is known already is not written again.

        Raises
        ------
        NotFound
            It is not stored.
        StoreUnavailable
            It was not kept.
        """
        await self._writer.perform(lambda connection: put_outcome(connection, outcome))

    async def check(self) -> None:
        """Raise StoreUnavailable unless a transaction that writes can be had."""
        await self._writer.perform(check_writable)

    async def find(self, incident_id: str, source: str | None = None) -> Answer:
        """Return the latest answer on an incident.

        Raises
        ------
        NotFound
            No such incident.
        Conflict
            Several sources have the id and none is given.
        StoreUnavailable
            The database cannot be read.
        """
        query = latest_answers().where(incidents.c.incident_id == incident_id).order_by(incidents.c.source)
        if source is not None:
            query = query.where(incidents.c.source == source)
        # Enough to say which sources are meant; a message shows no more.
        rows, found = await self._reader.read(lambda connection: answers_with_groups(connection, query.limit(6)))
        if not rows:
            of = "" if source is None else f" of source {source!r}"
            raise NotFound(f"No incident {incident_id!r}{of} is stored.")
        if len(rows) > 1:
            sources = bounded(repr(row["source"]) for row in rows)
            raise Conflict(f"Several sources have an incident {incident_id!r}: {sources}. Add ?source= to choose.")
        return found[0]

    async def latest(self, incident_id: str, source: str) -> Incident | None:
        """Return an incident as its latest revision said, or None.

        Raises
        ------
        StoreUnavailable
            The database cannot be read.
        """
        query = (
            select(revisions)
            .where((revisions.c.source == source) & (revisions.c.incident_id == incident_id))
            .order_by(revisions.c.revision.desc())
            .limit(1)
        )
        row = await self._reader.read(lambda connection: connection.execute(query).mappings().first())
        return None if row is None else incident_of(row)

    def newest(self, most: int, after: int = 0) -> tuple[list[Incident], int]:
        """Return the incidents that came in last, the oldest of them first, and the place of the last one.

        Each is as its latest revision said, received when its first one was. It waits for the database: not for an
        event loop.

        Parameters
        ----------
        most : int
        after : int, default=0
            Only those beyond this place.

        Raises
        ------
        StoreUnavailable
            The database cannot be read.
        """
        rows = self._reader.read_now(lambda connection: connection.execute(select_newest(most, after)).mappings().all())
        return [incident_of(row) for row in reversed(rows)], rows[0]["seq"] if rows else after

    def ends(self, most: int) -> list[IncidentEnd]:
        """Return what is known of how incidents ended; see `read_ends`. It waits for the database, as `newest` does.

        Raises
        ------
        StoreUnavailable
            The database cannot be read.
        """
        return self._reader.read_now(lambda connection: read_ends(connection, most))

    async def add_changes(self, changes: Sequence[Change]) -> int:
        """Commit changes, those that are known already left as they are, and return how many were new.

        Raises
        ------
        StoreUnavailable
            None of them was kept.
        """
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
        StoreUnavailable
            The database cannot be read.
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
        StoreUnavailable
            The database cannot be read.
        """
        query = latest_answers().order_by(incidents.c.seq.desc()).limit(limit + 1)
        if cursor is not None:
            query = query.where(incidents.c.seq < from_cursor(cursor))
        if source is not None:
            query = query.where(incidents.c.source == source)
        rows, found = await self._reader.read(lambda connection: answers_with_groups(connection, query))
        return Page(tuple(found[:limit]), to_cursor(rows[limit - 1]["seq"]) if len(rows) > limit else None)

    async def find_group(self, group_id: str) -> Group:
        """Return a group with its members, as far as a thousand.

        Raises
        ------
        NotFound
            There is none with this id.
        StoreUnavailable
            The database cannot be read.
        """
        return await self._reader.read(lambda connection: find_group(connection, group_id))

    async def page_groups(self, query: GroupQuery) -> GroupPage:
        """Return groups with their first members, the last begun first.

        Raises
        ------
        UsageError
            The cursor is none of ours.
        StoreUnavailable
            The database cannot be read.
        """
        return await self._reader.read(lambda connection: page_groups(connection, query))

    async def feedback_of(self, incident_id: str, source: str) -> list[Feedback]:
        """Return the verdicts on an incident, oldest first.

        Raises
        ------
        StoreUnavailable
            The database cannot be read.
        """
        query = (
            select(verdicts)
            .where((verdicts.c.source == source) & (verdicts.c.incident_id == incident_id))
            .order_by(verdicts.c.seq)
        )
        rows = await self._reader.read(lambda connection: connection.execute(query).all())
        return [
            Feedback(row.incident_id, row.source, row.target, row.label, row.given_by, row.given_at) for row in rows
        ]


def _claim_file(url: URL, held: ExitStack) -> None:
    """See to it that no other process writes the same file; a server of PostgreSQL takes several."""
    if is_sqlite(url):
        file = Path(str(url.database))
        file.parent.mkdir(parents=True, exist_ok=True)
        held.callback(FileLock(file).release)


def _said(error: SQLAlchemyError) -> str:
    """Return what the database itself said, without SQLAlchemy's additions."""
    return str(getattr(error, "orig", None) or error)
