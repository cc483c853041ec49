"""How incidents ended as rows of their table, and what a transaction does with them. No commits."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from triage.domain import Outcome
from triage.errors import NotFound
from triage.store.tables import incidents, outcomes

__all__ = ["put_outcome"]


def put_outcome(connection: Connection, outcome: Outcome) -> None:
    """Write what is new of an outcome.

    Raises
    ------
    NotFound
        Its incident is not stored.
    """
    of_it = (incidents.c.source == outcome.source) & (incidents.c.incident_id == outcome.incident_id)
    if connection.scalar(select(incidents.c.seq).where(of_it)) is None:
        raise NotFound(f"No incident {outcome.incident_id!r} of source {outcome.source!r} is stored.")
    there = (outcomes.c.source == outcome.source) & (outcomes.c.incident_id == outcome.incident_id)
    said = select(outcomes.c.name, outcomes.c.value, outcomes.c.known_at, outcomes.c.given_by)
    # Whoever polls a tracker is told the same again and again.
    known = {tuple(row) for row in connection.execute(said.where(there))}
    place = {"source": outcome.source, "incident_id": outcome.incident_id, "given_by": outcome.given_by}
    new = [
        {**place, "name": each.name, "value": each.value, "known_at": each.known_at, "is_ours": each.is_ours}
        for each in outcome.values
        if (each.name, each.value, each.known_at, outcome.given_by) not in known
    ]
    if new:
        connection.execute(insert(outcomes), new)
