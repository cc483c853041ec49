"""What is asked of the outbox: which messages may be sent, and all that they say. No connection."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, exists, select

from triage.store.group_rows import GROUP_COLUMNS, MEMBER_COLUMNS
from triage.store.joins import with_decision, with_revision
from triage.store.messages import SENDING, WAITING
from triage.store.tables import decisions, deliveries, destinations, group_members, groups, outbox, revisions

__all__ = ["is_disabled", "is_first", "whole_messages"]


def is_first(destination: str) -> ColumnElement[bool]:
    """Pick what waits, and has nothing before it on the same record that is not done with."""
    before = outbox.alias("before")
    is_blocked = exists().where(
        before.c.destination == outbox.c.destination,
        before.c.thread_source == outbox.c.thread_source,
        before.c.thread_id == outbox.c.thread_id,
        before.c.seq < outbox.c.seq,
        before.c.state.in_((WAITING, SENDING)),
    )
    return (outbox.c.destination == destination) & (outbox.c.state == WAITING) & ~is_blocked


def is_disabled(destination: str) -> ColumnElement[bool]:
    """Tell whether a destination wants nothing any more."""
    return exists().where(destinations.c.name == destination)


def whole_messages() -> Select[tuple[object, ...]]:
    """Select messages with all that they say."""
    query = select(
        outbox,
        revisions.c.received_at,
        revisions.c.opened_at,
        revisions.c.labels,
        revisions.c.body,
        revisions.c.state.label("incident_state"),
        decisions.c.answered_at,
        decisions.c.degraded,
        decisions.c.predictions,
        decisions.c.outlook,
        deliveries.c.ref,
        deliveries.c.revision.label("delivered_revision"),
        group_members.c.group_id,
        *(group_members.c[name].label(f"member_{name}") for name in MEMBER_COLUMNS),
        *(groups.c[name].label(f"group_{name}") for name in GROUP_COLUMNS),
    ).select_from(outbox)
    return (
        with_decision(with_revision(query, outbox), outbox)
        .outerjoin(
            deliveries,
            (deliveries.c.destination == outbox.c.destination)
            & (deliveries.c.source == outbox.c.thread_source)
            & (deliveries.c.incident_id == outbox.c.thread_id),
        )
        .outerjoin(
            group_members,
            (group_members.c.source == outbox.c.source) & (group_members.c.incident_id == outbox.c.incident_id),
        )
        .outerjoin(groups, groups.c.group_id == group_members.c.group_id)
    )
