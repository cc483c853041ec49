"""Revisions that went on unlabelled, and the labels that follow them: what one transaction does. No commits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, RowMapping, Select, delete, insert, select, update

from triage.domain import PauseState
from triage.flow import MemberMode, MessageKind, Relabel, Unlabelled
from triage.store.joins import with_revision
from triage.store.messages import message_rows
from triage.store.pause_rows import pause_in
from triage.store.rows import EntryRows, decision_values, incident_of
from triage.store.tables import decisions, group_members, groups, incidents, outbox, revisions, unlabelled
from triage.store.waiting import knowing

__all__ = ["put_labels", "select_unlabelled", "unlabelled_of", "unlabelled_rows"]


def unlabelled_rows(fresh: Iterable[tuple[EntryRows, int]]) -> list[dict[str, object]]:
    """Return what is remembered of entries that go on without labels."""
    return [
        {"source": entry.key[0], "incident_id": entry.key[1], "revision": revision}
        for entry, revision in fresh
        if entry.entry.triage.degraded and not entry.entry.triage.predictions
    ]


def select_unlabelled(after: int, limit: int) -> Select[tuple[object, ...]]:
    """Select what `unlabelled_of` reads, the oldest first."""
    said = (revisions.c.received_at, revisions.c.opened_at, revisions.c.labels, revisions.c.state)
    query = with_revision(select(unlabelled, *said).select_from(unlabelled), unlabelled)
    return query.where(unlabelled.c.seq > after).order_by(unlabelled.c.seq).limit(limit)


def unlabelled_of(row: RowMapping) -> Unlabelled:
    """Read one back."""
    return Unlabelled(row["seq"], incident_of(row), row["revision"])


def put_labels(connection: Connection, relabels: Sequence[Relabel], given_up: Sequence[int]) -> None:
    """Write labels in place of none, once each; destinations hear of them unless the incident has moved on."""
    for one in relabels:
        # Held first: a revision that comes in meanwhile waits, so that its message is not followed by older labels.
        of_incident = (incidents.c.source == one.source) & (incidents.c.incident_id == one.incident_id)
        held = select(incidents.c.revision).where(of_incident).with_for_update(key_share=True)
        current = connection.scalar(held)
        is_it = (
            (unlabelled.c.source == one.source)
            & (unlabelled.c.incident_id == one.incident_id)
            & (unlabelled.c.revision == one.revision)
        )
        if not connection.execute(delete(unlabelled).where(is_it)).rowcount:
            continue
        of_decision = (
            (decisions.c.source == one.source)
            & (decisions.c.incident_id == one.incident_id)
            & (decisions.c.revision == one.revision)
        )
        connection.execute(update(decisions).where(of_decision).values(**decision_values(one.triage)))
        messages = message_rows(
            (one.source, one.incident_id),
            one.revision,
            _not_spared(connection, one, _hearing(connection, one)) if current == one.revision else (),
            one.triage.answered_at,
            MessageKind.LABELS,
        )
        if messages:
            connection.execute(insert(outbox), messages)
    if given_up:
        connection.execute(delete(unlabelled).where(unlabelled.c.seq.in_(given_up)))


def _not_spared(connection: Connection, one: Relabel, names: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out who has never heard of an incident that waited, and whose record was not opened."""
    of_it = (group_members.c.source == one.source) & (group_members.c.incident_id == one.incident_id)
    pause = pause_in(connection.scalar(select(group_members.c.pause).where(of_it))) if names else None
    if pause is None or pause.state is PauseState.SUGGESTED:
        return names
    known = knowing(connection, (one.source, one.incident_id), names)
    return tuple(name for name in names if name in known)


def _hearing(connection: Connection, one: Relabel) -> tuple[str, ...]:
    """Name who hears of labels: of what another incident's group has taken in, only those that have a record of it."""
    apart = tuple(
        name for name in one.destinations if one.members.get(name, MemberMode.SEPARATE) is MemberMode.SEPARATE
    )
    if apart == one.destinations:
        return apart
    of_it = (group_members.c.source == one.source) & (group_members.c.incident_id == one.incident_id)
    is_lead = (groups.c.lead_source == one.source) & (groups.c.lead_id == one.incident_id)
    taken_in = select(groups.c.group_id).join(group_members, group_members.c.group_id == groups.c.group_id)
    return one.destinations if connection.scalar(taken_in.where(of_it, ~is_lead)) is None else apart
