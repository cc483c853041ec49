"""Alerts into groups, in the transaction that keeps them: what is decided is committed, or neither is.

What is known of open groups is in memory. Every transaction with alerts first reads what others have written since,
under a lock that on PostgreSQL keeps other processes from placing alerts meanwhile, so that all of them decide from
the same. After a rollback, and at the start, everything is read again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection, Select, func, or_, select, text, union

from triage.decide.grouping import (
    FORGET_S,
    NOT_YET,
    Alert,
    GroupingRules,
    MemberRecord,
    OpenGroups,
    Pauses,
    Standing,
    Wait,
    entity_of,
    moment,
    to_alert,
)
from triage.domain import Group
from triage.errors import TriageError
from triage.flow import Answer, AnswerStatus, GroupNews
from triage.store.dialects import is_server
from triage.store.group_changes import GroupChanges
from triage.store.group_rows import MemberRow, MovedRow, member_row, record_of, select_records
from triage.store.rows import EntryRows, Key
from triage.store.tables import group_members, groups, outbox

__all__ = ["GroupLedger", "Grouped"]

# Any number that nobody else locks in a database of ours.
_GROUPING = 7_215_003
# Groups that are taken up at a start, and members that are learnt from: some seconds of reading at most.
_MOST_GROUPS = 20_000
_MOST_LEARNT = 20_000


@dataclass(frozen=True, slots=True)
class Grouped:
    """What an entry is to its group.

    Parameters
    ----------
    group : Group
        As it stands after the entry.
    lead : tuple of (str, str)
        The incident that began it.
    news : GroupNews
        What the entry changes about it.
    wait : Wait or None, default=None
        What it changes about what waits before it opens a record; None where nothing does.
    """

    group: Group
    lead: Key
    news: GroupNews
    wait: Wait | None = None


class GroupLedger:
    """Places the alerts of transactions, one transaction at a time.

    Parameters
    ----------
    rules : GroupingRules or None
        None, to place nothing.
    """

    def __init__(self, rules: GroupingRules | None) -> None:
        self._rules = rules
        self._known: OpenGroups | None = None
        self._pauses = Pauses(rules or GroupingRules())
        # The last change that was read or written, and of whom.
        self._change = 0
        self._last: Key | None = None

    def hold(self, connection: Connection, entries: Sequence[EntryRows]) -> None:
        """Keep other processes from placing alerts until this transaction ends, if it has any; before rows are locked.

        Whoever has rows locked and then waited here could be waited for by the holder.
        """
        if is_server(connection) and any(self._is_alert(entry) for entry in entries):
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _GROUPING})

    def place(self, connection: Connection, answered: Sequence[tuple[EntryRows, Answer]]) -> list[Grouped | None]:
        """Place what is new of alerts and write it; None for what is no alert, or nothing new.

        Parameters
        ----------
        connection : Connection
            In a transaction that `hold` was called in.
        answered : sequence of (EntryRows, Answer)
            In their order.
        """
        rules = self._rules
        if rules is None:
            return [None] * len(answered)
        news = (AnswerStatus.CREATED, AnswerStatus.UPDATED)
        alerts = [
            to_alert(entry.entry.received.incident, rules) if answer.status in news else None
            for entry, answer in answered
        ]
        if not any(alerts):
            return [None] * len(answered)
        try:
            new = [answer.status is AnswerStatus.CREATED for _, answer in answered]
            return self._place(connection, self._read(connection, rules), list(zip(alerts, new, strict=True)))
        except BaseException:
            self._known = None
            raise

    def _is_alert(self, entry: EntryRows) -> bool:
        return self._rules is not None and bool(entity_of(entry.entry.received.incident.labels, self._rules))

    def _place(
        self, connection: Connection, known: OpenGroups, alerts: Sequence[tuple[Alert | None, bool]]
    ) -> list[Grouped | None]:
        changes = GroupChanges()
        found: list[Grouped | None] = []
        for alert, is_new in alerts:
            if alert is None:
                found.append(None)
                continue
            self._change += 1
            self._last = alert.key
            find = partial(self._find, connection, known, changes)
            # Before it is placed: that lets go of groups that are long past, which may be what has expired.
            expired = self._pauses.expire(alert.received_s, find)
            standing = None if is_new else find(alert.key)
            if standing is None:
                grouped, row = self._place_new(known, alert, expired)
                changes.make(row)
            else:
                grouped, moved = self._move(known, standing, alert, expired)
                changes.move(moved)
            if grouped.wait is not None:
                # Changes of their own, so that others read them.
                for key, pause in grouped.wait.changed.items():
                    self._change += 1
                    self._last = key
                    changes.pause(key, self._change, pause)
            found.append(grouped)
            changes.touch(_known(known, alert.key))
        changes.write(connection)
        return found

    def _place_new(self, known: OpenGroups, alert: Alert, expired: Wait | None) -> tuple[Grouped, MemberRow]:
        placed = known.place(alert)
        standing = _known(known, alert.key)
        wait = self._pauses.place(alert, standing, placed, expired)
        member = standing.members[alert.key]
        ended_s = None if member.ended_at is None else member.ended_at.timestamp()
        record = MemberRecord(
            placed.group_id,
            standing.lead,
            alert,
            placed.similarity,
            placed.reasons,
            ended_s,
            alert.received_s,
            self._change,
            member.pause,
        )
        if placed.is_new:
            news = GroupNews.BEGUN
        elif placed.reopens:
            news = GroupNews.REOPENED
        else:
            news = GroupNews.WORSE if placed.is_worse else GroupNews.JOINED
        return Grouped(standing.to_group(alert.key), standing.lead, news, wait), member_row(record)

    def _move(
        self, known: OpenGroups, standing: Standing, alert: Alert, expired: Wait | None
    ) -> tuple[Grouped, MovedRow]:
        was_open, severity, before = standing.is_open, standing.severity, standing.members[alert.key]
        known.update(alert)
        is_worse = standing.severity != severity
        wait = self._pauses.move(alert, standing, before, is_worse=is_worse, expired=expired)
        member = standing.members[alert.key]
        news = GroupNews.NONE
        if standing.is_open is not was_open:
            news = GroupNews.REOPENED if standing.is_open else GroupNews.ENDED
        elif is_worse:
            news = GroupNews.WORSE
        row: MovedRow = {
            "of_source": alert.key[0],
            "of_id": alert.key[1],
            "to_change": self._change,
            "to_severity": member.severity,
            "to_ended_at": member.ended_at,
            "to_touched_at": moment(alert.received_s),
        }
        return Grouped(standing.to_group(alert.key), standing.lead, news, wait), row

    def _read(self, connection: Connection, rules: GroupingRules) -> OpenGroups:
        """Return what is known of open groups, after reading what others have written since."""
        if self._known is not None and self._change:
            since = group_members.c.change >= self._change
            rows = connection.execute(select_records().where(since).order_by(group_members.c.seq)).mappings()
            records = [record_of(row) for row in rows]
            if any(one.change == self._change and one.alert.key == self._last for one in records):
                new = [one for one in records if one.change > self._change]
                if new:
                    self._take(self._known, new, [one for one in new if self._known.of(one.alert.key) is None])
                return self._known
            # What was placed last is not there: its transaction was rolled back.
        self._known = OpenGroups(rules)
        self._pauses = Pauses(rules)
        self._change, self._last = 0, None
        newest = connection.scalar(select(func.max(group_members.c.touched_at)))
        if newest is not None:
            still_near = newest - timedelta(seconds=2.0 * (rules.reopen_s + rules.window_s))
            not_past = newest - timedelta(seconds=FORGET_S)
            open_ones = groups.c.ended_at.is_(None) & (groups.c.touched_at >= not_past)
            recent = select(groups.c.group_id).where(or_(open_ones, groups.c.ended_at >= still_near))
            recent = recent.order_by(groups.c.seq.desc()).limit(_MOST_GROUPS)
            known = union(select(recent.subquery().c.group_id), _holding())
            rows = connection.execute(
                select_records().where(group_members.c.group_id.in_(known)).order_by(group_members.c.seq)
            ).mappings()
            learnt = connection.execute(
                select_records().order_by(group_members.c.seq.desc()).limit(_MOST_LEARNT)
            ).mappings()
            self._take(self._known, [record_of(row) for row in rows], [record_of(row) for row in learnt][::-1])
        return self._known

    def _take(self, known: OpenGroups, records: Sequence[MemberRecord], learnt: Sequence[MemberRecord]) -> None:
        known.learn(learnt)
        known.restore(records)
        self._pauses.learn(learnt)
        self._pauses.restore(records)
        last = max((*records, *learnt), key=lambda one: one.change)
        self._change, self._last = last.change, last.alert.key

    def _find(self, connection: Connection, known: OpenGroups, changes: GroupChanges, key: Key) -> Standing | None:
        """Return a member's group, read again where it has been let go; None for what is no member yet."""
        standing = known.of(key)
        if standing is not None:
            return standing
        # It may be this transaction that has changed it, before it was let go.
        changes.write(connection)
        of_it = (group_members.c.source == key[0]) & (group_members.c.incident_id == key[1])
        group_id = connection.scalar(select(group_members.c.group_id).where(of_it))
        if group_id is None:
            return None
        whole = select_records().where(group_members.c.group_id == group_id).order_by(group_members.c.seq)
        records = [record_of(row) for row in connection.execute(whole).mappings()]
        known.restore(records)
        self._pauses.restore(records)
        return known.of(key)


def _holding() -> Select[tuple[str]]:
    """Select the groups of which something is held: whatever came in since, it is to expire."""
    on_it = (outbox.c.thread_source == group_members.c.source) & (outbox.c.thread_id == group_members.c.incident_id)
    return select(group_members.c.group_id).join(outbox, on_it).where(outbox.c.due_at >= NOT_YET)


def _known(known: OpenGroups, key: Key) -> Standing:
    standing = known.of(key)
    if standing is None:
        raise TriageError(f"{key!r} has been placed, and is in no group. Report this, with the events around it.")
    return standing
