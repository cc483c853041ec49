"""What one transaction of the writer does, for all requests that share it. It must not begin or commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import Connection, insert, select, text

from triage.domain import Feedback
from triage.errors import NotFound, StoreUnavailable, TriageError
from triage.store.change_rows import ChangeRow, write_changes
from triage.store.dialects import is_server
from triage.store.grouping import GroupLedger
from triage.store.metric_rows import BatchRow, SnapshotRow, WarningRow, put_snapshot, put_warnings, write_batches
from triage.store.recording import conditions, record_entries
from triage.store.rows import EntryRows, Key
from triage.store.tables import feedback, incidents

__all__ = ["Outcome", "Write", "check_writable", "write_all"]


@dataclass(frozen=True, slots=True)
class Write:
    """What one request wants written, all or nothing; empty, to see whether anything can be.

    Parameters
    ----------
    entries : tuple of EntryRows, default=()
    verdicts : tuple of Feedback, default=()
        Each on an incident that is known, or among the entries of the same transaction.
    changes : tuple of ChangeRow, default=()
        Those that are known already are left as they are.
    batches : tuple of BatchRow, default=()
    warnings : tuple of WarningRow, default=()
        Each takes the place of its former self.
    snapshot : SnapshotRow or None, default=None
        Takes the place of the one before, and of the batches that are in it.
    task : callable or None, default=None
        Other work in the same transaction; what it returns is the outcome.
    """

    entries: tuple[EntryRows, ...] = ()
    verdicts: tuple[Feedback, ...] = ()
    changes: tuple[ChangeRow, ...] = ()
    batches: tuple[BatchRow, ...] = ()
    warnings: tuple[WarningRow, ...] = ()
    snapshot: SnapshotRow | None = None
    task: Callable[[Connection], object] | None = None

    @property
    def rows(self) -> int:
        """How many rows are to be written."""
        several = (self.entries, self.verdicts, self.changes, self.batches, self.warnings)
        return sum(map(len, several)) + (self.snapshot is not None)

    @property
    def size(self) -> int:
        """How many rows it takes in the queue; at least 1, as an empty one takes a turn too."""
        return max(1, self.rows)


_NO_GROUPS = GroupLedger(None)

# The answers on a request's entries, or what its task returned, or (a TriageError) why it was not written although
# its transaction was committed.
Outcome: TypeAlias = object


def write_all(connection: Connection, writes: Sequence[Write], *, ledger: GroupLedger = _NO_GROUPS) -> list[Outcome]:
    """Write requests in their order, with as many statements for all as for one.

    Parameters
    ----------
    connection : Connection
        In a transaction. On PostgreSQL others may write beside it: an incident is locked before it is read.
    writes : sequence of Write
    ledger : GroupLedger, optional
        Places alerts; without it none are.

    Returns
    -------
    list of Outcome
        One a request.
    """
    answers = iter(record_entries(connection, [entry for write in writes for entry in write.entries], ledger))
    recorded = [[next(answers) for _ in write.entries] for write in writes]
    write_changes(connection, [row for write in writes for row in write.changes])
    write_batches(connection, [row for write in writes for row in write.batches])
    put_warnings(connection, [row for write in writes for row in write.warnings])
    for snapshot in (write.snapshot for write in writes if write.snapshot is not None):
        put_snapshot(connection, snapshot)
    known = _known(connection, {_key(verdict) for write in writes for verdict in write.verdicts})
    outcomes: list[Outcome] = []
    for write, answered in zip(writes, recorded, strict=True):
        unknown = next((verdict for verdict in write.verdicts if _key(verdict) not in known), None)
        if unknown is None:
            _add_verdicts(connection, write.verdicts)
        outcome: Outcome = answered if unknown is None else _not_found(unknown)
        outcomes.append(outcome if write.task is None else _perform(connection, write.task))
    return outcomes


def check_writable(connection: Connection) -> None:
    """Find out whether a transaction could write: on SQLite it holds the write lock already.

    Raises
    ------
    StoreUnavailable
        A server of PostgreSQL that is a standby, or was told to refuse.
    """
    if is_server(connection) and connection.scalar(text("SHOW transaction_read_only")) == "on":
        raise StoreUnavailable("The database takes no writes at present. Try again.")


def check_by_writing(connection: Connection) -> None:
    """Find out whether a commit succeeds, by one that changes nothing: of a database that has just failed.

    Raises
    ------
    StoreUnavailable
        As `check_writable` does; what the commit itself raises comes later.
    """
    check_writable(connection)
    if is_server(connection):
        # A transaction that has a number is written down.
        connection.execute(text("SELECT txid_current()"))
    else:
        # The number is the same; the page that it is in is written all the same.
        kept = int(connection.scalar(text("PRAGMA user_version")) or 0)
        connection.execute(text(f"PRAGMA user_version = {kept}"))


def _perform(connection: Connection, task: Callable[[Connection], object]) -> Outcome:
    try:
        return task(connection)
    except TriageError as err:
        return err


def _known(connection: Connection, keys: Iterable[Key]) -> set[Key]:
    query = select(incidents.c.source, incidents.c.incident_id)
    found = (connection.execute(query.where(are_those)) for are_those in conditions(keys))
    return {(row.source, row.incident_id) for rows in found for row in rows}


def _add_verdicts(connection: Connection, verdicts: Sequence[Feedback]) -> None:
    if verdicts:
        connection.execute(
            insert(feedback),
            [
                {
                    "source": verdict.source,
                    "incident_id": verdict.incident_id,
                    "target": verdict.target,
                    "label": verdict.label,
                    "given_by": verdict.given_by,
                    "given_at": verdict.given_at,
                }
                for verdict in verdicts
            ],
        )


def _key(verdict: Feedback) -> Key:
    return verdict.source, verdict.incident_id


def _not_found(verdict: Feedback) -> NotFound:
    return NotFound(f"No incident {verdict.incident_id!r} of source {verdict.source!r} is stored. Send it first.")
