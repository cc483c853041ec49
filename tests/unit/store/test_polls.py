"""How far trackers have been read, on real databases."""

from __future__ import annotations

import asyncio

from tests.delivery import entry_for
from tests.fakes import NOON
from tests.postgres import PostgresServer

from triage.flow import Ending, EndState
from triage.store import SqlJournal


def test_mark_that_was_kept_last_counts(journal: SqlJournal) -> None:
    async def play() -> list[str]:
        cursors = journal.cursors
        marks = [await cursors.cursor("desk")]
        for mark in ("10", "20"):
            await cursors.keep_cursor("desk", mark, NOON)
            marks.append(await cursors.cursor("desk"))
        return [*marks, await cursors.cursor("other")]

    assert asyncio.run(play()) == ["", "10", "20", ""]


def test_incident_is_found_by_what_its_destination_calls_it(journal: SqlJournal) -> None:
    async def play() -> list[object]:
        await journal.record([entry_for("INC1")])
        [message] = await journal.outbox.claim("desk", NOON, 1)
        await journal.outbox.settle(message, Ending(EndState.DELIVERED, NOON, ref="T-7"))
        cursors = journal.cursors
        return [await cursors.delivered_as(name, ["T-7", "T-8"]) for name in ("desk", "pager")]

    assert asyncio.run(play()) == [{"T-7": ("mail", "INC1")}, {}]


def test_one_process_polls(postgres: PostgresServer) -> None:
    url = postgres.new_database()

    async def play() -> list[bool]:
        with SqlJournal.open(url) as here, SqlJournal.open(url) as there:
            first = [await here.cursors.claim_poll("desk"), await there.cursors.claim_poll("desk")]
            here.close()
            return [*first, await there.cursors.claim_poll("desk")]

    assert asyncio.run(play()) == [True, False, True]
