"""What is read of how incidents ended, on real databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from tests.delivery import entry_for
from tests.fakes import NOON

from triage.domain import Feedback, IncidentState, Outcome, OutcomeValue
from triage.flow import Entry
from triage.store import SqlJournal

OPEN, RESOLVED = IncidentState.OPEN, IncidentState.RESOLVED


def report(id_: str, minute: int, state: IncidentState, as_of: datetime | None = None) -> Entry:
    entry = entry_for(id_, f"report {minute}", at=NOON + timedelta(minutes=minute))
    incident = replace(entry.received.incident, state=state)
    return replace(entry, received=replace(entry.received, incident=incident, as_of=as_of))


def play(journal: SqlJournal, *entries: Entry) -> None:
    for entry in entries:
        asyncio.run(journal.record([entry]))


def test_all_that_was_said_of_an_end_is_read_but_for_what_is_ours(journal: SqlJournal) -> None:
    play(journal, report("1", 0, OPEN), report("2", 0, OPEN))
    fix, ours = OutcomeValue("resolution", "oiled", NOON), OutcomeValue("team", "network", NOON, is_ours=True)
    asyncio.run(journal.add_outcome(Outcome("1", "mail", (fix, ours), "")))
    asyncio.run(journal.add_feedback(Feedback("1", "mail", "team", "hardware", "ada", NOON)))
    [end] = journal.ends(10)
    assert end.incident.id == "1"
    assert end.values == (fix, OutcomeValue("team", "hardware", NOON))
    assert end.states == ()


def test_later_reports_say_how_it_stood_and_late_ones_do_not(journal: SqlJournal) -> None:
    at = [NOON + timedelta(minutes=minute) for minute in range(5)]
    play(
        journal,
        report("1", 0, OPEN, at[0]),
        report("1", 1, RESOLVED, at[3]),
        report("1", 2, OPEN, at[1]),
        report("1", 3, RESOLVED, at[4]),
    )
    [end] = journal.ends(10)
    assert end.states == ((at[1], RESOLVED), (at[3], RESOLVED))
    assert (end.incident.received_at, end.incident.labels["title"]) == (NOON, "report 3")


def test_of_many_ends_the_last_are_read(journal: SqlJournal) -> None:
    for number in range(5):
        play(journal, report(str(number), 0, OPEN))
        said = (OutcomeValue("resolution", "oiled", NOON),)
        asyncio.run(journal.add_outcome(Outcome(str(number), "mail", said, "")))
    assert [end.incident.id for end in journal.ends(2)] == ["3", "4"]
