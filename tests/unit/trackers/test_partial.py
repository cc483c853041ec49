"""What has been read so far, on disk."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from triage.errors import UsageError
from triage.trackers import Page, Ticket, TicketChange
from triage.trackers.partial import PartialFile

NOON = datetime(2026, 11, 23, 12, 0, 0, 250_000, tzinfo=UTC)
ASKED = {"kind": "jira", "since": None}
ONE = Ticket(
    "A",
    "A-1",
    NOON,
    NOON,
    {"queue": "Ä"},
    (TicketChange(NOON, "queue", "", "Ä", "bob"),),
    has_changes=False,
    resolved_at=NOON,
    names={("queue", "1"): "Ä"},
    several=frozenset({"components"}),
)


def test_tickets_come_back_as_they_were(tmp_path: Path) -> None:
    partial = PartialFile(tmp_path / "p", ASKED)
    partial.add(Page((ONE,), "A"))
    partial.close()
    again = PartialFile(tmp_path / "p", ASKED)
    assert (again.mark, again.count, list(again.tickets())) == ("A", 1, [ONE])
    again.close()


@pytest.mark.parametrize("cut", [1, 40])
def test_line_that_was_being_written_is_read_anew(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "p"
    partial = PartialFile(path, ASKED)
    partial.add(Page((ONE,), "A"))
    partial.add(Page((ONE,), "B"))
    partial.close()
    path.write_bytes(path.read_bytes()[:-cut])
    again = PartialFile(path, ASKED)
    assert (again.mark, again.count) == ("A", 1)
    again.add(Page((), "C"))
    again.close()
    third = PartialFile(path, ASKED)
    assert third.mark == "C"
    third.remove()
    assert not path.exists()


def test_file_that_was_cut_within_its_first_line_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "p"
    path.write_bytes(b'{"kind":')
    partial = PartialFile(path, ASKED)
    assert (partial.mark, list(partial.tickets())) == ("", [])
    partial.close()


def test_other_question_is_refused(tmp_path: Path) -> None:
    PartialFile(tmp_path / "p", ASKED).close()
    with pytest.raises(UsageError, match="begun with other options"):
        PartialFile(tmp_path / "p", {"kind": "servicenow"})
