"""Changes as rows of their table, and what a transaction does with them. No commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

import orjson
from sqlalchemy import Connection, RowMapping, select

from triage.domain import Change
from triage.flow import ChangePage
from triage.store.cursors import from_cursor, to_cursor
from triage.store.dialects import conflict_insert, in_parts
from triage.store.tables import changes

__all__ = ["ChangeRow", "change_row", "known_changes", "page_changes", "write_changes"]


class ChangeRow(TypedDict):
    """A row of ``changes``."""

    source: str
    change_id: str
    received_at: datetime
    occurred_at: datetime | None
    summary: str
    labels: str


def change_row(change: Change) -> ChangeRow:
    """Render a change."""
    return {
        "source": change.source,
        "change_id": change.id,
        "received_at": change.received_at,
        "occurred_at": change.occurred_at,
        "summary": change.summary,
        "labels": orjson.dumps(dict(change.labels)).decode(),
    }


def _change_of(row: RowMapping) -> Change:
    """Read a change back."""
    return Change(
        row["change_id"],
        row["source"],
        row["received_at"],
        row["occurred_at"],
        row["summary"],
        orjson.loads(row["labels"]),
    )


def known_changes(connection: Connection, rows: Sequence[ChangeRow]) -> set[tuple[str, str]]:
    """Return source and id of those that are stored already."""
    ids = list(dict.fromkeys(row["change_id"] for row in rows))
    found: set[tuple[str, str]] = set()
    for source in {row["source"] for row in rows}:
        for some in in_parts(ids):
            are_those = (changes.c.source == source) & changes.c.change_id.in_(some)
            found |= {
                (source, row.change_id) for row in connection.execute(select(changes.c.change_id).where(are_those))
            }
    return found


def write_changes(connection: Connection, rows: Sequence[ChangeRow]) -> None:
    """Write those that are not stored yet, each once."""
    if not rows:
        return
    known = known_changes(connection, rows)
    new = {(row["source"], row["change_id"]): row for row in reversed(rows)}
    fresh = [row for key, row in reversed(new.items()) if key not in known]
    if fresh:
        # Another process may have been quicker since.
        put = conflict_insert(connection, changes).on_conflict_do_nothing(index_elements=["source", "change_id"])
        connection.execute(put, fresh)


def page_changes(connection: Connection, limit: int, cursor: str | None) -> ChangePage:
    """Return changes, the one that came in last first; UsageError for a foreign cursor."""
    query = select(changes).order_by(changes.c.seq.desc()).limit(limit + 1)
    if cursor is not None:
        query = query.where(changes.c.seq < from_cursor(cursor))
    rows = connection.execute(query).mappings().all()
    shown = rows[:limit]
    return ChangePage(
        tuple(_change_of(row) for row in shown), to_cursor(shown[-1]["seq"]) if len(rows) > limit else None
    )
