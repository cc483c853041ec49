"""Messages as rows of the outbox, and back. No connection, no statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypedDict

import orjson
from sqlalchemy import RowMapping

from triage.flow import Content, DeadLetter, Edit, Message, MessageKind
from triage.store.rows import EntryRows, Key, answer_of

__all__ = [
    "DEAD",
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
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
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


def new_messages(entry: EntryRows, revision: int) -> list[MessageRow]:
    """Return what is to be added for an entry: a message a destination, due at once."""
    due_at = entry.revision["received_at"]
    return message_rows(entry.key, revision, entry.entry.destinations, due_at, MessageKind.EVENT)


def message_rows(
    key: Key, revision: int, names: Sequence[str], due_at: datetime | None, kind: MessageKind
) -> list[MessageRow]:
    """Return the rows of messages to some destinations."""
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
            "due_at": due_at or _LONG_AGO,
            "reason": "",
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
    )
    return Message(
        row["seq"],
        row["destination"],
        MessageKind(row["kind"]),
        attempt,
        bool(row["was_tried"]),
        row["ref"] or "",
        content,
    )


def dead_letter_of(row: RowMapping) -> DeadLetter:
    """Read a message that was given up."""
    return DeadLetter(message_of(row, row["attempts"]), row["reason"], row["due_at"])


def edit_text(edit: Edit) -> str:
    """Render other content."""
    return orjson.dumps({"labels": dict(edit.labels), "fields": dict(edit.fields)}).decode()
