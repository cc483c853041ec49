"""What is asked about groups: of some incidents, of one group, page by page. Nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, RowMapping, Select, select

from triage.domain import Group
from triage.errors import NotFound
from triage.flow import Answer, GroupPage, GroupQuery
from triage.store.cursors import from_cursor, to_cursor
from triage.store.group_rows import first_members, group_of, groups_of, member_of
from triage.store.rows import answer_of
from triage.store.tables import group_members, groups

__all__ = ["answers_with_groups", "find_group", "page_groups"]

_MOST_MEMBERS = 1_000


def answers_with_groups(
    connection: Connection, query: Select[tuple[object, ...]]
) -> tuple[Sequence[RowMapping], list[Answer]]:
    """Return the rows of `latest_answers`, and the answers that they hold with the groups that those are in."""
    rows = connection.execute(query).mappings().all()
    found = groups_of(connection, [(row["source"], row["incident_id"]) for row in rows])
    answers = [replace(answer_of(row), group=found.get((row["source"], row["incident_id"]))) for row in rows]
    return rows, answers


def find_group(connection: Connection, group_id: str) -> Group:
    """Return a group; NotFound if there is none."""
    row = connection.execute(select(groups).where(groups.c.group_id == group_id)).mappings().first()
    if row is None:
        raise NotFound(f"No group {group_id!r} is stored.")
    of_it = select(group_members).where(group_members.c.group_id == group_id).order_by(group_members.c.seq)
    members = connection.execute(of_it.limit(_MOST_MEMBERS)).mappings()
    return group_of(row, [member_of(member) for member in members])


def page_groups(connection: Connection, query: GroupQuery) -> GroupPage:
    """Return groups, the last begun first; UsageError for a foreign cursor."""
    wanted = select(groups).order_by(groups.c.seq.desc()).limit(query.limit + 1)
    if query.cursor is not None:
        wanted = wanted.where(groups.c.seq < from_cursor(query.cursor))
    if query.is_open is not None:
        is_open = groups.c.ended_at.is_(None)
        wanted = wanted.where(is_open if query.is_open else ~is_open)
    rows = connection.execute(wanted).mappings().all()
    shown = rows[: query.limit]
    members = first_members(connection, [row["group_id"] for row in shown])
    return GroupPage(
        tuple(group_of(row, members[row["group_id"]]) for row in shown),
        to_cursor(shown[-1]["seq"]) if len(rows) > query.limit else None,
    )
