"""Tables that name a revision, joined with what was said in it and answered on it. No connection."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, Table

from triage.store.tables import decisions, revisions

__all__ = ["with_decision", "with_revision"]


def with_revision(query: Select[tuple[object, ...]], of: Table) -> Select[tuple[object, ...]]:
    """Join ``revisions`` to a table that has source, incident_id and revision."""
    return query.join(revisions, _is_of(revisions, of))


def with_decision(query: Select[tuple[object, ...]], of: Table) -> Select[tuple[object, ...]]:
    """Join ``decisions`` to a table that has source, incident_id and revision."""
    return query.join(decisions, _is_of(decisions, of))


def _is_of(table: Table, of: Table) -> ColumnElement[bool]:
    return (
        (table.c.source == of.c.source)
        & (table.c.incident_id == of.c.incident_id)
        & (table.c.revision == of.c.revision)
    )
