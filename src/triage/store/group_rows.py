"""Groups and their members as rows of the tables, and back. Nothing is placed here, and nothing committed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypedDict

import orjson
from sqlalchemy import BindParameter, Connection, RowMapping, Select, bindparam, func, insert, select, update

from triage.decide.grouping import MOST_SHOWN, Alert, MemberRecord, Standing, moment
from triage.domain import Group, GroupMember, GroupReason
from triage.store.dialects import conflict_insert, in_parts
from triage.store.pause_rows import pause_in, pause_text
from triage.store.rows import Key
from triage.store.tables import group_members, groups

__all__ = [
    "GROUP_COLUMNS",
    "MEMBER_COLUMNS",
    "MemberRow",
    "MovedRow",
    "first_members",
    "group_of",
    "groups_of",
    "member_of",
    "member_row",
    "put_groups",
    "put_members",
    "reasons_in",
    "record_of",
    "select_records",
]

# What of both tables an answer shows, beside who it is.
MEMBER_COLUMNS = ("similarity", "reasons", "severity", "began_at", "ended_at", "pause")
GROUP_COLUMNS = ("severity", "size", "open", "began_at", "ended_at")


class MemberRow(TypedDict):
    """A row of ``group_members``."""

    group_id: str
    source: str
    incident_id: str
    change: int
    entity: str
    scopes: str
    template: str
    fingerprint: str
    severity: str
    similarity: float
    reasons: str
    began_at: datetime
    received_at: datetime
    ended_at: datetime | None
    touched_at: datetime
    pause: str | None


class MovedRow(TypedDict):
    """How a member stands now, as it is bound to an update of its row."""

    of_source: str
    of_id: str
    to_change: int
    to_severity: str
    to_ended_at: datetime | None
    to_touched_at: datetime


def member_row(record: MemberRecord) -> MemberRow:
    """Render a member."""
    alert = record.alert
    return {
        "group_id": record.group_id,
        "source": alert.key[0],
        "incident_id": alert.key[1],
        "change": record.change,
        "entity": alert.entity,
        "scopes": orjson.dumps(alert.scopes).decode(),
        "template": alert.template,
        "fingerprint": alert.fingerprint,
        "severity": alert.severity,
        "similarity": record.similarity,
        "reasons": orjson.dumps([[*reason] for reason in record.reasons]).decode(),
        "began_at": moment(alert.at_s),
        "received_at": moment(alert.received_s),
        "ended_at": None if record.ended_s is None else moment(record.ended_s),
        "touched_at": moment(record.touched_s),
        "pause": pause_text(record.pause),
    }


def select_records() -> Select[tuple[object, ...]]:
    """Select members with who began their group, ready for `record_of`; the caller says which, and in which order."""
    lead = (groups.c.lead_source, groups.c.lead_id)
    return select(group_members, *lead).join(groups, groups.c.group_id == group_members.c.group_id)


def record_of(row: RowMapping) -> MemberRecord:
    """Read a member back, to the bit."""
    alert = Alert(
        key=(row["source"], row["incident_id"]),
        at_s=row["began_at"].timestamp(),
        received_s=row["received_at"].timestamp(),
        entity=row["entity"],
        scopes=tuple(orjson.loads(row["scopes"])),
        template=row["template"],
        severity=row["severity"],
        is_over=row["ended_at"] is not None,
    )
    return MemberRecord(
        row["group_id"],
        (row["lead_source"], row["lead_id"]),
        alert,
        row["similarity"],
        reasons_in(row["reasons"]),
        None if row["ended_at"] is None else row["ended_at"].timestamp(),
        row["touched_at"].timestamp(),
        row["change"],
        pause_in(row["pause"]),
    )


def member_of(row: RowMapping, prefix: str = "") -> GroupMember:
    """Read a member as an answer shows it; where others are selected beside it, its columns have a prefix."""
    return GroupMember(
        row["source"],
        row["incident_id"],
        row[f"{prefix}similarity"],
        reasons_in(row[f"{prefix}reasons"]),
        row[f"{prefix}severity"],
        row[f"{prefix}began_at"],
        row[f"{prefix}ended_at"],
        pause_in(row[f"{prefix}pause"]),
    )


def group_of(row: RowMapping, members: Iterable[GroupMember], prefix: str = "") -> Group:
    """Read a group; where others are selected beside it, its columns have a prefix, but for its id."""
    severity, size, still_open, began_at, ended_at = (row[f"{prefix}{name}"] for name in GROUP_COLUMNS)
    return Group(row["group_id"], severity, size, still_open, began_at, ended_at, tuple(members))


def put_members(connection: Connection, made: Sequence[MemberRow], moved: Sequence[MovedRow]) -> None:
    """Write members that are new, and how others stand now."""
    if made:
        connection.execute(insert(group_members), made)
    if moved:
        is_it = (group_members.c.source == bindparam("of_source")) & (group_members.c.incident_id == bindparam("of_id"))
        values: dict[str, BindParameter[object]] = {
            name: bindparam(f"to_{name}") for name in ("change", "severity", "ended_at", "touched_at")
        }
        connection.execute(update(group_members).where(is_it).values(values), moved)


def put_groups(connection: Connection, standings: Sequence[Standing]) -> None:
    """Write groups, each in place of its former self."""
    rows = [
        {
            "group_id": standing.group_id,
            "lead_source": standing.lead[0],
            "lead_id": standing.lead[1],
            "severity": standing.severity,
            "size": standing.size,
            "open": len(standing.open),
            "began_at": standing.began_at,
            "ended_at": standing.ended_at,
            "touched_at": moment(standing.touched_s),
        }
        for standing in standings
    ]
    if rows:
        put = conflict_insert(connection, groups)
        names = ("severity", "size", "open", "began_at", "ended_at", "touched_at")
        put = put.on_conflict_do_update(index_elements=["group_id"], set_={name: put.excluded[name] for name in names})
        connection.execute(put, rows)


def groups_of(connection: Connection, keys: Sequence[Key]) -> dict[Key, Group]:
    """Return the groups of incidents that are in one, each with its first members and the one that it is asked for."""
    own = {
        (row["source"], row["incident_id"]): row
        for source in dict.fromkeys(key[0] for key in keys)
        for some in in_parts([key[1] for key in keys if key[0] == source])
        for row in connection.execute(
            select(group_members).where(group_members.c.source == source, group_members.c.incident_id.in_(some))
        ).mappings()
    }
    ids = list(dict.fromkeys(row["group_id"] for row in own.values()))
    found = {
        row["group_id"]: row
        for some in in_parts(ids)
        for row in connection.execute(select(groups).where(groups.c.group_id.in_(some))).mappings()
    }
    first = first_members(connection, ids)
    answers: dict[Key, Group] = {}
    for key, row in own.items():
        members = first[row["group_id"]]
        is_shown = any((one.source, one.incident_id) == key for one in members)
        answers[key] = group_of(found[row["group_id"]], members if is_shown else (*members, member_of(row)))
    return answers


def first_members(connection: Connection, ids: Sequence[str]) -> dict[str, list[GroupMember]]:
    """Return the members that came first, by group."""
    first: dict[str, list[GroupMember]] = {group_id: [] for group_id in ids}
    for some in in_parts(ids):
        order = func.row_number().over(partition_by=group_members.c.group_id, order_by=group_members.c.seq)
        numbered = select(group_members, order.label("number")).where(group_members.c.group_id.in_(some)).subquery()
        shown = select(numbered).where(numbered.c.number <= MOST_SHOWN).order_by(numbered.c.seq)
        for row in connection.execute(shown).mappings():
            first[row["group_id"]].append(member_of(row))
    return first


def reasons_in(text: str) -> tuple[GroupReason, ...]:
    """Read reasons back."""
    return tuple(GroupReason(kind, value, weight) for kind, value, weight in orjson.loads(text))
