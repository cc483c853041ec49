"""What is known of how incidents ended, on real databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from tests.delivery import entry_for
from tests.fakes import NOON
from tests.stored import Database, database_url

from triage.domain import Feedback, Outcome, OutcomeValue
from triage.errors import NotFound, StoreUnavailable
from triage.store import SqlJournal, read_labelled


def outcome(incident_id: str, *values: tuple[str, str, int], is_ours: bool = False) -> Outcome:
    known = [OutcomeValue(name, value, NOON + timedelta(hours=hour), is_ours) for name, value, hour in values]
    return Outcome(incident_id, "mail", tuple(known), "")


def test_incidents_come_as_they_came_in_with_what_became_known_last(journal: SqlJournal, database: Database) -> None:
    async def fill() -> None:
        await journal.record(
            [entry_for(one, body) for one, body in (("1", "a"), ("1", "changed"), ("2", "b"), ("3", "c"))]
        )
        await journal.add_outcome(outcome("1", ("team", "network", 5), ("resolution", "restarted", 5)))
        await journal.add_outcome(outcome("1", ("team", "hardware", 2)))
        await journal.add_feedback(Feedback("2", "mail", "team", "desk", "ada", NOON))

    asyncio.run(fill())
    when = NOON.isoformat()
    assert list(read_labelled(database.url)) == [
        {"title": "a", "id": "1", "source": "mail", "opened_at": when, "team": "network", "resolution": "restarted"},
        {"title": "b", "id": "2", "source": "mail", "opened_at": when, "team": "desk"},
    ]


def test_our_own_labels_are_no_truth(journal: SqlJournal, database: Database) -> None:
    asyncio.run(journal.record([entry_for("1")]))
    asyncio.run(journal.add_outcome(outcome("1", ("team", "network", 1), is_ours=True)))
    with pytest.raises(NotFound, match="No outcome"):
        list(read_labelled(database.url))
    assert database.row_counts()["outcomes"] == 1


def test_outcome_of_an_unknown_incident_is_not_kept(journal: SqlJournal, database: Database) -> None:
    with pytest.raises(NotFound, match="'9'"):
        asyncio.run(journal.add_outcome(outcome("9", ("team", "network", 1))))
    assert database.row_counts()["outcomes"] == 0


def test_database_that_cannot_be_read_is_named(file: Path) -> None:
    with pytest.raises(NotFound, match=r"triage\.db"):
        list(read_labelled(database_url(file)))
    file.write_bytes(b"no database" * 1000)
    with pytest.raises(StoreUnavailable):
        list(read_labelled(database_url(file)))
