"""What is known of how incidents ended, for precedents to show. Reads, and neither writes nor learns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, Table, select

from triage.domain import Incident, IncidentEnd, IncidentState, OutcomeValue
from triage.store.recording import conditions
from triage.store.rows import Key, incident_of
from triage.store.tables import feedback, incidents, outcomes, revisions

__all__ = ["read_ends"]

# A tracker tells some twenty columns of each ticket that ends.
_ROWS_AN_INCIDENT = 20


_REPORT = (
    revisions.c.source,
    revisions.c.incident_id,
    revisions.c.received_at,
    revisions.c.opened_at,
    revisions.c.as_of,
    revisions.c.labels,
    revisions.c.state,
    revisions.c.revision,
)
_VALUE = (
    outcomes.c.seq,
    outcomes.c.source,
    outcomes.c.incident_id,
    outcomes.c.name,
    outcomes.c.value,
    outcomes.c.known_at,
)
_VERDICT = (
    feedback.c.seq,
    feedback.c.source,
    feedback.c.incident_id,
    feedback.c.target,
    feedback.c.label,
    feedback.c.given_at,
)
_place = itemgetter(0)


def read_ends(connection: Connection, most: int) -> list[IncidentEnd]:
    """Return all that is known of how incidents ended, of those of which something became known last.

    Parameters
    ----------
    connection : Connection
    most : int
        Of how many incidents outcomes, of how many verdicts, and of how many of the newest incidents later reports are
        read at most.
    """
    keys = list(dict.fromkeys(_latest(connection, most)))
    reports: dict[Key, list[RowMapping]] = {key: [] for key in keys}
    values: dict[Key, list[OutcomeValue]] = {key: [] for key in keys}
    for are_those in conditions(keys):
        # Sorted here: SQLite would make a table of them first.
        found = connection.execute(_of(_REPORT, revisions, are_those)).mappings().all()
        for row in sorted(found, key=itemgetter("revision")):
            reports[row["source"], row["incident_id"]].append(row)
        said = connection.execute(_of(_VALUE, outcomes, are_those).where(~outcomes.c.is_ours)).all()
        judged = connection.execute(_of(_VERDICT, feedback, are_those)).all()
        for _, source, incident_id, *value in (*sorted(said, key=_place), *sorted(judged, key=_place)):
            values[source, incident_id].append(OutcomeValue(*value))
    return [IncidentEnd(_as_it_stands(of_it), tuple(values[key]), _states(of_it)) for key, of_it in reports.items()]


def _latest(connection: Connection, most: int) -> Iterator[Key]:
    """Name incidents, those first that are to be let go of first."""
    newest = select(incidents.c.source, incidents.c.incident_id, incidents.c.revisions)
    rows = connection.execute(newest.order_by(incidents.c.seq.desc()).limit(most)).all()
    yield from ((row.source, row.incident_id) for row in reversed(rows) if row.revisions > 1)
    for table, n_rows in ((feedback, most), (outcomes, most * _ROWS_AN_INCIDENT)):
        named = select(table.c.source, table.c.incident_id).order_by(table.c.seq.desc()).limit(n_rows)
        keys = list(dict.fromkeys((row.source, row.incident_id) for row in connection.execute(named)))
        yield from reversed(keys[:most])


def _of(columns: Sequence[ColumnElement[Any]], table: Table, are_those: ColumnElement[bool]) -> Select[Any]:
    is_of = (table.c.source == incidents.c.source) & (table.c.incident_id == incidents.c.incident_id)
    return select(*columns).join_from(incidents, table, is_of).where(are_those)


def _as_it_stands(reports: Sequence[RowMapping]) -> Incident:
    return replace(incident_of(_in_force(reports)[-1]), received_at=reports[0]["received_at"])


def _states(reports: Sequence[RowMapping]) -> tuple[tuple[datetime, IncidentState], ...]:
    return tuple((row["received_at"], IncidentState(row["state"])) for row in _in_force(reports)[1:])


def _in_force(reports: Sequence[RowMapping]) -> list[RowMapping]:
    """Leave out reports that said, when they came in, that they were older than what was there."""
    kept: list[RowMapping] = []
    as_of: datetime | None = None
    for row in reports:
        if row["as_of"] is None or as_of is None or row["as_of"] >= as_of:
            kept.append(row)
            as_of = row["as_of"] or as_of
    return kept
