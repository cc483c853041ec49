"""Messages as rows of the outbox, and back. No connection, no statement."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import TypedDict

import orjson
from sqlalchemy import RowMapping

from triage.flow import Content, DeadLetter, Edit, GroupNews, MemberMode, Message, MessageKind
from triage.store.group_rows import group_of, member_of
from triage.store.grouping import Grouped
from triage.store.rows import EntryRows, Key, answer_of

__all__ = [
    "DEAD",
    "LONG_AGO",
    "SENDING",
    "WAITING",
    "MessageRow",
    "dead_letter_of",
    "edit_text",
    "message_of",
    "message_rows",
    "new_messages",
]

# Due at once, where it is not known since when.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_COMMENTED = 10
WAITING, SENDING, DEAD = "waiting", "sending", "dead"


class MessageRow(TypedDict):
    """A row of ``outbox`` as it is added."""

    destination: str
    source: str
    incident_id: str
    revision: int
    kind: str
    state: str
    attempts: int
    was_tried: bool
    due_at: datetime
    reason: str
    thread_source: str
    thread_id: str


def new_messages(
    entry: EntryRows, revision: int, grouped: Grouped | None = None, silent: Collection[str] = ()
) -> list[MessageRow]:
    """Return what is to be added for an entry: a message a destination, due at once unless its record waits.

    What another incident's group has taken in is told at that one's record where a destination wants it so. Those that
    are ``silent`` hear nothing.
    """
    due_at, key = entry.revision["received_at"], entry.key
    names = [name for name in entry.entry.destinations if name not in silent]
    wait = None if grouped is None else grouped.wait
    opens_at, joins_at = (due_at, due_at) if wait is None else (wait.opens_at or due_at, wait.joins_at or due_at)
    if grouped is None or grouped.lead == key:
        return message_rows(key, revision, names, opens_at, MessageKind.EVENT)
    modes = entry.entry.members
    apart = [name for name in names if modes.get(name, MemberMode.SEPARATE) is MemberMode.SEPARATE]
    within = [name for name in names if name not in apart and _is_told(grouped, modes[name])]
    return [
        *message_rows(key, revision, apart, opens_at, MessageKind.EVENT),
        *message_rows(key, revision, within, joins_at, MessageKind.MEMBER, grouped.lead),
    ]


def message_rows(
    key: Key,
    revision: int,
    names: Sequence[str],
    due_at: datetime | None,
    kind: MessageKind,
    thread: Key | None = None,
) -> list[MessageRow]:
    """Return the rows of messages to some destinations, on an incident's own record or on another one's."""
    thread_source, thread_id = thread or key
    return [
        {
            "destination": destination,
            "source": key[0],
            "incident_id": key[1],
            "revision": revision,
            "kind": kind.value,
            "state": WAITING,
            "attempts": 0,
            "was_tried": False,
            "due_at": due_at or LONG_AGO,
            "reason": "",
            "thread_source": thread_source,
            "thread_id": thread_id,
        }
        for destination in names
    ]


def message_of(row: RowMapping, attempt: int) -> Message:
    """Read a message from its row, joined with its revision, the answer on it and the last delivery."""
    # Both tables have a state: that of the message, and that of the incident.
    answer = answer_of(row, row["incident_state"])
    edit = None if row["edit"] is None else orjson.loads(row["edit"])
    content = Content(
        row["revision"],
        row["received_at"],
        row["opened_at"],
        orjson.loads(row["labels"]) if edit is None else edit["labels"],
        row["body"].encode(),
        answer.triage,
        None if edit is None else Edit(edit["labels"], edit["fields"]),
        answer.state,
        None if row["group_id"] is None else group_of(row, [member_of(row, "member_")], "group_"),
    )
    thread, own = (row["thread_source"], row["thread_id"]), (row["source"], row["incident_id"])
    return Message(
        row["seq"],
        row["destination"],
        MessageKind(row["kind"]),
        attempt,
        bool(row["was_tried"]),
        row["ref"] or "",
        content,
        None if thread == own else thread,
    )


def dead_letter_of(row: RowMapping) -> DeadLetter:
    """Read a message that was given up."""
    return DeadLetter(message_of(row, row["attempts"]), row["reason"], row["due_at"])


def _is_told(grouped: Grouped, mode: MemberMode) -> bool:
    if grouped.news in (GroupNews.WORSE, GroupNews.ENDED, GroupNews.REOPENED):
        return True
    if grouped.news is not GroupNews.JOINED or mode is MemberMode.QUIET:
        return False
    # A thousand alerts are no thousand comments: the first ten, then the 20th, the 40th and so on.
    tens, rest = divmod(grouped.group.size, _COMMENTED)
    return tens == 0 or (rest == 0 and tens & (tens - 1) == 0)


def edit_text(edit: Edit) -> str:
    """Render other content."""
    return orjson.dumps({"labels": dict(edit.labels), "fields": dict(edit.fields)}).decode()
