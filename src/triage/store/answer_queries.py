"""What is asked about incidents: their answers, and what they said last. Nothing is written."""

from __future__ import annotations

from sqlalchemy import Connection, select

from triage.domain import Incident
from triage.errors import Conflict, NotFound, bounded
from triage.flow import Answer, Page
from triage.store.cursors import from_cursor, to_cursor
from triage.store.group_queries import answers_with_groups
from triage.store.recording import latest_answers, select_newest
from triage.store.rows import incident_of
from triage.store.tables import incidents, revisions

__all__ = ["find_answer", "latest_incident", "newest_incidents", "page_answers"]

# Enough to say which sources are meant; a message shows no more.
_MOST_SOURCES = 6


def find_answer(connection: Connection, incident_id: str, source: str | None) -> Answer:
    """Return the latest answer on an incident; NotFound without one, Conflict where no source chooses among several."""
    query = latest_answers().where(incidents.c.incident_id == incident_id).order_by(incidents.c.source)
    if source is not None:
        query = query.where(incidents.c.source == source)
    rows, found = answers_with_groups(connection, query.limit(_MOST_SOURCES))
    if not rows:
        of = "" if source is None else f" of source {source!r}"
        raise NotFound(f"No incident {incident_id!r}{of} is stored.")
    if len(rows) > 1:
        sources = bounded(repr(row["source"]) for row in rows)
        raise Conflict(f"Several sources have an incident {incident_id!r}: {sources}. Add ?source= to choose.")
    return found[0]


def page_answers(connection: Connection, limit: int, cursor: str | None, source: str | None) -> Page:
    """Return latest answers, the newest incident first; UsageError for a foreign cursor."""
    query = latest_answers().order_by(incidents.c.seq.desc()).limit(limit + 1)
    if cursor is not None:
        query = query.where(incidents.c.seq < from_cursor(cursor))
    if source is not None:
        query = query.where(incidents.c.source == source)
    rows, found = answers_with_groups(connection, query)
    return Page(tuple(found[:limit]), to_cursor(rows[limit - 1]["seq"]) if len(rows) > limit else None)


def latest_incident(connection: Connection, incident_id: str, source: str) -> Incident | None:
    """Return an incident as its latest revision said, or None."""
    query = (
        select(revisions)
        .where((revisions.c.source == source) & (revisions.c.incident_id == incident_id))
        .order_by(revisions.c.revision.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else incident_of(row)


def newest_incidents(connection: Connection, most: int, after: int) -> tuple[list[Incident], int]:
    """Return the incidents that came in last, the oldest of them first, and the place of the last one."""
    rows = connection.execute(select_newest(most, after)).mappings().all()
    return [incident_of(row) for row in reversed(rows)], rows[0]["seq"] if rows else after
