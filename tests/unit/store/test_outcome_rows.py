"""How incidents ended, on real databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from tests.delivery import entry_for
from tests.fakes import NOON
from tests.stored import Database

from triage.domain import Outcome, OutcomeValue
from triage.errors import NotFound
from triage.store import SqlJournal


def test_outcome_that_is_known_is_not_written_again(journal: SqlJournal, database: Database) -> None:
    first = Outcome("INC1", "mail", (OutcomeValue("team", "network", NOON),), "ada")

    async def play() -> None:
        await journal.record([entry_for("INC1")])
        for one in (first, first, replace(first, given_by="bob")):
            await journal.add_outcome(one)

    asyncio.run(play())
    assert database.execute("SELECT given_by FROM outcomes ORDER BY seq") == [("ada",), ("bob",)]


def test_outcome_of_an_unknown_incident_is_refused(journal: SqlJournal) -> None:
    with pytest.raises(NotFound, match="INC1"):
        asyncio.run(journal.add_outcome(Outcome("INC1", "mail", (OutcomeValue("team", "network", NOON),), "ada")))
