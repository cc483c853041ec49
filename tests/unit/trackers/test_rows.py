"""Tickets as rows of an event log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from triage.exports import EVENT_LOG, recognise
from triage.trackers import Ticket, TicketChange, to_rows
from triage.trackers.rows import LOG_COLUMNS

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def after(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def test_columns_are_those_of_an_event_log() -> None:
    assert recognise(LOG_COLUMNS) is EVENT_LOG


def test_a_ticket_is_undone_to_its_opening_and_ends_as_it_is_now() -> None:
    changes = (
        TicketChange(after(9), "queue", "Desk", "Network"),
        TicketChange(after(9), "priority", "", "2"),
        TicketChange(after(30), "queue", "Network", ""),
    )
    ticket = Ticket("7", "7", NOON, after(31), {"priority": "2", "subject": "VPN"}, changes, resolved_at=after(30))
    rows = list(to_rows(ticket))
    assert [(row["incident_state"], row.get("queue"), row.get("priority")) for row in rows] == [
        ("New", "Desk", None),
        ("Open", "Network", "2"),
        ("Open", None, "2"),
        ("Resolved", None, "2"),
    ]
    assert [row.get("resolved_at") for row in rows] == [None, None, None, "2026-11-23T12:30:00+00:00"]
    assert [row["sys_mod_count"] for row in rows] == ["0", "1", "2", "3"]


def test_what_was_set_in_the_second_of_creation_belongs_to_the_opening() -> None:
    ticket = Ticket("7", "7", NOON, NOON, {"queue": "Desk"}, (TicketChange(NOON, "queue", "", "Desk"),))
    assert [(row["incident_state"], row["queue"]) for row in to_rows(ticket)] == [("New", "Desk")]


def test_without_changes_nobody_knows_the_opening() -> None:
    ticket = Ticket("7", "7", NOON, after(5), {"queue": "Network"}, has_changes=False, closed_at=after(5))
    assert [(row["incident_state"], row["sys_updated_at"]) for row in to_rows(ticket)] == [
        ("Closed", "2026-11-23T12:05:00+00:00")
    ]


def test_codes_in_changes_are_told_by_name() -> None:
    change = TicketChange(after(1), "urgency", "3", "1")
    ticket = Ticket("7", "7", NOON, after(1), {"urgency": "1 - High"}, (change,), names={("urgency", "1"): "1 - High"})
    rows = list(to_rows(ticket, {("urgency", "3"): "3 - Low"}))
    assert [row["urgency"] for row in rows] == ["3 - Low", "1 - High"]


def test_one_of_several_values_is_added_and_taken_away() -> None:
    changes = (
        TicketChange(after(1), "components", "", "vpn"),
        TicketChange(after(2), "components", "mail", ""),
    )
    ticket = Ticket("7", "7", NOON, after(2), {"components": "dns, vpn"}, changes, several=frozenset({"components"}))
    assert [row["components"] for row in to_rows(ticket)] == ["dns, mail", "dns, mail, vpn", "dns, vpn"]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["", "1", "2"])), max_size=8), st.randoms())
def test_opening_and_end_are_told_whatever_the_order_of_the_changes(steps: list[tuple[str, str]], dice: object) -> None:
    values, changes = {"a": "1"}, []
    for minute, (column, new) in enumerate(steps, 1):
        changes.append(TicketChange(after(minute), column, values.get(column, ""), new))
        values[column] = new
    now = {column: value for column, value in values.items() if value}
    dice.shuffle(changes)  # type: ignore[attr-defined]  # a random.Random of hypothesis
    rows = list(to_rows(Ticket("7", "7", NOON, after(len(steps)), now, tuple(changes))))
    assert (rows[0].get("a"), rows[0].get("b")) == ("1", None)
    assert {column: rows[-1][column] for column in "ab" if column in rows[-1]} == now
