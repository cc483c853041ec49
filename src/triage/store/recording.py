"""Entries of all requests of a transaction: which revision of which incident each is. It must not begin or commit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, bindparam, insert, select, text, tuple_, update

from triage.domain import IncidentState
from triage.errors import Conflict
from triage.flow import Answer, AnswerStatus
from triage.store.dialects import conflict_insert, in_parts, is_server
from triage.store.group_rows import groups_of
from triage.store.grouping import Grouped, GroupLedger
from triage.store.joins import with_decision, with_revision
from triage.store.late import unlabelled_rows
from triage.store.messages import MessageRow, new_messages
from triage.store.rows import EntryRows, Key, answer_of
from triage.store.tables import decisions, incidents, outbox, revisions, unlabelled
from triage.store.waiting import settle_waiting

__all__ = ["conditions", "latest_answers", "record_entries", "select_newest"]

_KEY = (incidents.c.source, incidents.c.incident_id)
_NEWS = (AnswerStatus.CREATED, AnswerStatus.UPDATED)
_NEXT_SEQS = "SELECT nextval(pg_get_serial_sequence('incidents', 'seq')) FROM generate_series(1, :n)"


@dataclass(slots=True)
class _Incident:
    """How an incident stands while a transaction is put together."""

    stored: RowMapping | None = None
    revision: int = 0
    count: int = 0
    digest: str = ""
    as_of: datetime | None = None
    state: IncidentState | None = None
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


def select_newest(most: int, after: int) -> Select[tuple[object, ...]]:
    """Select the incidents that came in last, the last one first, ready for `incident_of`."""
    first = revisions.alias()
    is_first = (first.c.source == incidents.c.source) & (first.c.incident_id == incidents.c.incident_id)
    said = (revisions.c.opened_at, revisions.c.labels, revisions.c.state)
    named = select(incidents.c.seq, incidents.c.source, incidents.c.incident_id, first.c.received_at, *said)
    query = with_revision(named.select_from(incidents), incidents).join(first, is_first & (first.c.revision == 1))
    return query.where(incidents.c.seq > after).order_by(incidents.c.seq.desc()).limit(most)


def record_entries(connection: Connection, entries: Sequence[EntryRows], ledger: GroupLedger) -> list[Answer]:
    """Write entries with their messages, and answer each; what is not new is answered as before.

    Raises
    ------
    Conflict
        An incident does not stand as an entry says that it must; the transaction is to be given up.
    """
    ledger.hold(connection, entries)
    standing = _standing(connection, entries)
    answers = [_place(entry, standing[entry.key]) for entry in entries]
    fresh = [
        (entry, answer.revision)
        for entry, answer in zip(entries, answers, strict=True)
        if answer.status is not AnswerStatus.REPEATED
    ]
    # Nobody is told of what is older than what is in force.
    current = [
        (entry, answer.revision) for entry, answer in zip(entries, answers, strict=True) if answer.status in _NEWS
    ]
    if fresh:
        _move_incidents(connection, {entry.key: standing[entry.key] for entry, _ in fresh})
        connection.execute(insert(revisions), [{**entry.revision, "revision": revision} for entry, revision in fresh])
        connection.execute(insert(decisions), [{**entry.decision, "revision": revision} for entry, revision in fresh])
        without = unlabelled_rows(current)
        if without:
            connection.execute(insert(unlabelled), without)
    grouped = ledger.place(connection, list(zip(entries, answers, strict=True)))
    _put_messages(connection, list(zip(entries, answers, grouped, strict=True)))
    return _with_groups(connection, answers, grouped)


def _put_messages(connection: Connection, placed: Sequence[tuple[EntryRows, Answer, Grouped | None]]) -> None:
    messages: list[MessageRow] = []
    for entry, answer, of_it in placed:
        if answer.status not in _NEWS:
            continue
        silent: Collection[str] = ()
        if of_it is not None and of_it.wait is not None:
            # What an entry before this one has put there may be what it changes.
            if messages:
                connection.execute(insert(outbox), messages)
                messages = []
            silent = settle_waiting(connection, entry, of_it)
        messages += new_messages(entry, answer.revision, of_it, silent)
    if messages:
        connection.execute(insert(outbox), messages)


def _with_groups(connection: Connection, answers: Sequence[Answer], grouped: Sequence[Grouped | None]) -> list[Answer]:
    """Add to answers the groups that their incidents are in, those of what was known already as they stand now."""
    old = [
        (answer.triage.source, answer.triage.incident_id)
        for answer, of_it in zip(answers, grouped, strict=True)
        if of_it is None and answer.status not in _NEWS
    ]
    known = groups_of(connection, list(dict.fromkeys(old)))
    return [
        replace(answer, group=of_it.group)
        if of_it is not None
        else replace(answer, group=known[key])
        if (key := (answer.triage.source, answer.triage.incident_id)) in known
        else answer
        for answer, of_it in zip(answers, grouped, strict=True)
    ]


def _standing(connection: Connection, entries: Sequence[EntryRows]) -> dict[Key, _Incident]:
    """Make the incidents that are new, hold the others, and say how each stands."""
    keys = list(dict.fromkeys(entry.key for entry in entries))
    standing = {key: _Incident(is_new=True) for key in _make(connection, keys)}
    known = [key for key in keys if key not in standing]
    if known and is_server(connection):
        # Before it is read: a statement that waits for a lock sees joined tables as they were when it began to wait.
        _hold(connection, known)
    for are_those in conditions(known):
        for row in connection.execute(latest_answers().where(are_those)).mappings():
            standing[row["source"], row["incident_id"]] = _Incident(
                row, row["revision"], row["revisions"], row["digest"], row["as_of"], IncidentState(row["state"])
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
    for some in in_parts(keys):
        query = select(incidents.c.seq).where(place.in_(some)).order_by(incidents.c.source, incidents.c.incident_id)
        # Not FOR UPDATE: rows that refer to the incident, such as verdicts, may be written meanwhile.
        connection.execute(query.with_for_update(key_share=True)).all()


def _place(entry: EntryRows, incident: _Incident) -> Answer:
    """Answer an entry: as before where its body is the incident's latest, else as a revision of its own."""
    digest, state = entry.revision["digest"], entry.entry.received.incident.state
    follows = entry.entry.received.follows
    if follows and incident.state not in follows:
        raise Conflict(f"Another request has changed incident {entry.key[1]!r} meanwhile.")
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
    incident.state = state
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


def conditions(keys: Iterable[Key]) -> Iterator[ColumnElement[bool]]:
    """Pick incidents source by source: SQLite reads the whole table for a list of pairs, whatever index there is."""
    ids: dict[str, list[str]] = {}
    for source, incident_id in keys:
        ids.setdefault(source, []).append(incident_id)
    for source, of_source in ids.items():
        for some in in_parts(of_source):
            yield (incidents.c.source == source) & incidents.c.incident_id.in_(some)
