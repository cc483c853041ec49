"""Messages as rows of the outbox, and back. No connection, no statement."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

import orjson
from sqlalchemy import RowMapping

from triage.flow import Content, DeadLetter, Edit, Message, MessageKind
from triage.store.rows import EntryRows, answer_of

__all__ = ["DEAD", "SENDING", "WAITING", "MessageRow", "dead_letter_of", "edit_text", "message_of", "new_messages"]

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


def new_messages(entry: EntryRows, revision: int, kind: MessageKind = MessageKind.EVENT) -> list[MessageRow]:
    """Return what is to be added for an entry: a message a destination, due at once."""
    return [
        {
            "destination": destination,
            "source": entry.revision["source"],
            "incident_id": entry.revision["incident_id"],
            "revision": revision,
            "kind": kind.value,
            "state": WAITING,
            "attempts": 0,
            "was_tried": False,
            "due_at": entry.revision["received_at"],
            "reason": "",
        }
        for destination in entry.entry.destinations
    ]


def message_of(row: RowMapping, attempt: int) -> Message:
    """Read a message from its row, joined with its revision, the answer on it and the last delivery."""
    edit = None if row["edit"] is None else orjson.loads(row["edit"])
    content = Content(
        row["revision"],
        row["received_at"],
        row["opened_at"],
        orjson.loads(row["labels"]) if edit is None else edit["labels"],
        row["body"].encode(),
        answer_of(row).triage,
        None if edit is None else Edit(edit["labels"], edit["fields"]),
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
