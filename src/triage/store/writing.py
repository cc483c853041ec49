"""What one transaction of the writer does, for all requests that share it. It must not begin or commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, bindparam, insert, select, text, tuple_, update

from triage.domain import Feedback
from triage.errors import NotFound, StoreUnavailable, TriageError
from triage.flow import Answer, AnswerStatus
from triage.store.change_rows import ChangeRow, write_changes
from triage.store.dialects import conflict_insert, is_server
from triage.store.joins import with_decision, with_revision
from triage.store.late import unlabelled_rows
from triage.store.messages import new_messages
from triage.store.metric_rows import BatchRow, SnapshotRow, WarningRow, put_snapshot, put_warnings, write_batches
from triage.store.rows import EntryRows, Key, answer_of
from triage.store.tables import decisions, feedback, incidents, outbox, revisions, unlabelled

__all__ = ["Outcome", "Write", "check_writable", "latest_answers", "write_all"]

# Databases bound the parameters of a statement, some to 999.
_IDS_A_STATEMENT = 900
_KEY = (incidents.c.source, incidents.c.incident_id)
_NEXT_SEQS = "SELECT nextval(pg_get_serial_sequence('incidents', 'seq')) FROM generate_series(1, :n)"


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


# The answers on a request's entries, or what its task returned, or (a TriageError) why it was not written although
# its transaction was committed.
Outcome: TypeAlias = object


@dataclass(slots=True)
class _Incident:
    """How an incident stands while a transaction is put together."""

    stored: RowMapping | None = None
    revision: int = 0
    count: int = 0
    digest: str = ""
    as_of: datetime | None = None
    is_new: bool = False
    older: dict[str, int] = field(default_factory=dict)
    answer: Answer | None = None

    def known_answer(self) -> Answer | None:
        """Return the answer on the latest revision: made in this transaction, else stored, else none."""
        if self.answer is None and self.stored is not None:
            self.answer = answer_of(self.stored)
        return self.answer


def latest_answers() -> Select[tuple[object, ...]]:
    """Select the latest revision of every incident with its answer, ready for `answer_of`."""
    query = select(
        incidents.c.seq,
        incidents.c.source,
        incidents.c.incident_id,
        incidents.c.revision,
        incidents.c.revisions,
        revisions.c.received_at,
        revisions.c.digest,
        revisions.c.as_of,
        revisions.c.state,
        decisions.c.answered_at,
        decisions.c.degraded,
        decisions.c.predictions,
        decisions.c.outlook,
    ).select_from(incidents)
    return with_decision(with_revision(query, incidents), incidents)


def write_all(connection: Connection, writes: Sequence[Write]) -> list[Outcome]:
    """Write requests in their order, with as many statements for all as for one.

    Parameters
    ----------
    connection : Connection
        In a transaction. On PostgreSQL others may write beside it: an incident is locked before it is read.
    writes : sequence of Write

    Returns
    -------
    list of Outcome
        One a request.
    """
    answers = iter(_record(connection, [entry for write in writes for entry in write.entries]))
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


def _perform(connection: Connection, task: Callable[[Connection], object]) -> Outcome:
    try:
        return task(connection)
    except TriageError as err:
        return err


def _record(connection: Connection, entries: Sequence[EntryRows]) -> list[Answer]:
    standing = _standing(connection, entries)
    answers = [_place(entry, standing[entry.key]) for entry in entries]
    fresh = [
        (entry, answer.revision)
        for entry, answer in zip(entries, answers, strict=True)
        if answer.status is not AnswerStatus.REPEATED
    ]
    # Nobody is told of what is older than what is in force.
    current = [
        (entry, answer.revision)
        for entry, answer in zip(entries, answers, strict=True)
        if answer.status in (AnswerStatus.CREATED, AnswerStatus.UPDATED)
    ]
    if fresh:
        _move_incidents(connection, {entry.key: standing[entry.key] for entry, _ in fresh})
        connection.execute(insert(revisions), [{**entry.revision, "revision": revision} for entry, revision in fresh])
        connection.execute(insert(decisions), [{**entry.decision, "revision": revision} for entry, revision in fresh])
        without = unlabelled_rows(current)
        if without:
            connection.execute(insert(unlabelled), without)
        messages = [row for entry, revision in current for row in new_messages(entry, revision)]
        if messages:
            connection.execute(insert(outbox), messages)
    return answers


def _standing(connection: Connection, entries: Sequence[EntryRows]) -> dict[Key, _Incident]:
    """Make the incidents that are new, hold the others, and say how each stands."""
    keys = list(dict.fromkeys(entry.key for entry in entries))
    standing = {key: _Incident(is_new=True) for key in _make(connection, keys)}
    known = [key for key in keys if key not in standing]
    if known and is_server(connection):
        # Before it is read: a statement that waits for a lock sees joined tables as they were when it began to wait.
        _hold(connection, known)
    for are_those in _conditions(known):
        for row in connection.execute(latest_answers().where(are_those)).mappings():
            standing[row["source"], row["incident_id"]] = _Incident(
                row, row["revision"], row["revisions"], row["digest"], row["as_of"]
            )
    for key in {entry.key for entry in entries if _is_late(entry, standing[entry.key])}:
        of_it = (revisions.c.source == key[0]) & (revisions.c.incident_id == key[1])
        found = connection.execute(select(revisions.c.digest, revisions.c.revision).where(of_it))
        standing[key].older = {row.digest: row.revision for row in found}
    return standing


def _make(connection: Connection, keys: Sequence[Key]) -> list[Key]:
    """Insert incidents in their first revision unless they are there; return those that were not."""
    if not keys:
        return []
    rows: list[dict[str, object]] = [{"source": key[0], "incident_id": key[1], "revision": 1} for key in keys]
    made = conflict_insert(connection, incidents).on_conflict_do_nothing(index_elements=["source", "incident_id"])
    if is_server(connection):
        # Numbered as they came, but written in one order everywhere, so that no two processes wait for each other.
        for row, seq in zip(rows, connection.scalars(text(_NEXT_SEQS), {"n": len(rows)}), strict=True):
            row["seq"] = seq
        rows.sort(key=lambda row: (row["source"], row["incident_id"]))
    return [(row.source, row.incident_id) for row in connection.execute(made.returning(*_KEY), rows)]


def _hold(connection: Connection, keys: Sequence[Key]) -> None:
    place = tuple_(incidents.c.source, incidents.c.incident_id)
    for start in range(0, len(keys), _IDS_A_STATEMENT):
        some = keys[start : start + _IDS_A_STATEMENT]
        query = select(incidents.c.seq).where(place.in_(some)).order_by(incidents.c.source, incidents.c.incident_id)
        # Not FOR UPDATE: rows that refer to the incident, such as verdicts, may be written meanwhile.
        connection.execute(query.with_for_update(key_share=True)).all()


def _place(entry: EntryRows, incident: _Incident) -> Answer:
    """Answer an entry: as before where its body is the incident's latest, else as a revision of its own."""
    digest, state = entry.revision["digest"], entry.entry.received.incident.state
    before = incident.known_answer() if incident.digest == digest else None
    if before is not None:
        return replace(before, status=AnswerStatus.REPEATED)
    if _is_late(entry, incident):
        known = incident.known_answer()
        if digest in incident.older and known is not None:
            return replace(known, status=AnswerStatus.REPEATED)
        incident.count += 1
        incident.older[digest] = incident.count
        status = AnswerStatus.SUPERSEDED
        return Answer(status, incident.count, entry.revision["received_at"], entry.entry.triage, state)
    incident.older[incident.digest] = incident.revision
    incident.count += 1
    incident.revision = incident.count
    incident.digest = digest
    incident.as_of = entry.revision["as_of"] or incident.as_of
    status = AnswerStatus.CREATED if incident.revision == 1 else AnswerStatus.UPDATED
    incident.answer = Answer(status, incident.revision, entry.revision["received_at"], entry.entry.triage, state)
    return incident.answer


def _is_late(entry: EntryRows, incident: _Incident) -> bool:
    """Tell whether what is in force says that it is newer."""
    as_of = entry.revision["as_of"]
    return as_of is not None and incident.as_of is not None and as_of < incident.as_of


def _move_incidents(connection: Connection, changed: dict[Key, _Incident]) -> None:
    moved = [
        {"of_source": source, "of_id": incident_id, "revision": incident.revision, "revisions": incident.count}
        for (source, incident_id), incident in changed.items()
        if not (incident.is_new and incident.count == 1)
    ]
    if moved:
        is_it = (incidents.c.source == bindparam("of_source")) & (incidents.c.incident_id == bindparam("of_id"))
        moving = update(incidents).where(is_it)
        connection.execute(moving.values(revision=bindparam("revision"), revisions=bindparam("revisions")), moved)


def _known(connection: Connection, keys: Iterable[Key]) -> set[Key]:
    query = select(incidents.c.source, incidents.c.incident_id)
    found = (connection.execute(query.where(are_those)) for are_those in _conditions(keys))
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


def _conditions(keys: Iterable[Key]) -> Iterator[ColumnElement[bool]]:
    """Pick incidents source by source: SQLite reads the whole table for a list of pairs, whatever index there is."""
    ids: dict[str, list[str]] = {}
    for source, incident_id in keys:
        ids.setdefault(source, []).append(incident_id)
    for source, of_source in ids.items():
        for start in range(0, len(of_source), _IDS_A_STATEMENT):
            some = of_source[start : start + _IDS_A_STATEMENT]
            yield (incidents.c.source == source) & incidents.c.incident_id.in_(some)
