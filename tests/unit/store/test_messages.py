"""Messages as rows of the outbox."""

from __future__ import annotations

from tests.delivery import entry_for
from tests.fakes import NOON

from triage.flow import Edit, MessageKind
from triage.store.messages import edit_text, message_rows, new_messages
from triage.store.rows import rows_of


def test_entry_makes_a_message_a_destination_that_is_due_at_once() -> None:
    [entry] = rows_of([entry_for("1", destinations=("desk", "pager"))])
    made = new_messages(entry, 3)
    assert [row["destination"] for row in made] == ["desk", "pager"]
    assert {(row["revision"], row["due_at"], row["attempts"], row["was_tried"]) for row in made} == {
        (3, NOON, 0, False)
    }


def test_what_is_due_since_nobody_knows_when_is_due_now() -> None:
    [row] = message_rows(("mail", "1"), 1, ("desk",), None, MessageKind.LABELS)
    assert row["due_at"] < NOON


def test_edit_is_kept_as_json() -> None:
    assert edit_text(Edit({"title": "ü"}, {})) == '{"labels":{"title":"ü"},"fields":{}}'
