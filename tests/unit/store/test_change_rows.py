"""Changes and states in a database."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from tests.fakes import NOON, received
from tests.stored import Database

from triage.domain import Change, IncidentState, Triage
from triage.flow import Entry
from triage.store import SqlJournal

DEPLOY = Change("1", "ci", NOON, datetime(2026, 11, 23, 9, tzinfo=UTC), "Deploy 1.4", {"service": "shop"})


def test_changes_come_back_the_last_first(journal: SqlJournal) -> None:
    later = replace(DEPLOY, id="2", occurred_at=None)
    assert asyncio.run(journal.add_changes([DEPLOY, later])) == 2
    first = asyncio.run(journal.page_changes(1))
    assert first.changes == (later,)
    assert asyncio.run(journal.page_changes(1, first.next_cursor)).changes == (DEPLOY,)


def test_a_change_that_is_known_is_left_as_it_is(journal: SqlJournal, database: Database) -> None:
    asyncio.run(journal.add_changes([DEPLOY]))
    again = [replace(DEPLOY, summary="other"), replace(DEPLOY, source="cd"), replace(DEPLOY, source="cd")]
    assert asyncio.run(journal.add_changes(again)) == 1
    assert [one.summary for one in asyncio.run(journal.page_changes(9)).changes] == ["Deploy 1.4"] * 2
    assert database.row_counts()["changes"] == 2


def test_the_state_is_kept_with_each_revision(journal: SqlJournal) -> None:
    for body, state in (("a", IncidentState.OPEN), ("b", IncidentState.RESOLVED)):
        one = received("1", body)
        entry = Entry(replace(one, incident=replace(one.incident, state=state)), Triage("1", "desk"))
        [answer] = asyncio.run(journal.record([entry]))
        assert answer.state is state
        assert asyncio.run(journal.find("1")).state is state
        assert asyncio.run(journal.latest("1", "desk")) == entry.received.incident


def test_the_latest_of_an_unknown_incident_is_none(journal: SqlJournal) -> None:
    assert asyncio.run(journal.latest("1", "desk")) is None
