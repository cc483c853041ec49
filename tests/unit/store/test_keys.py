"""Answers by key on real databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from tests.fakes import NOON
from tests.postgres import PostgresServer
from tests.stored import Database, database_url

from triage.flow import KeyedAnswer
from triage.store import SqlJournal

FIRST, SECOND = KeyedAnswer("d", 201, b'{"a": 1}'), KeyedAnswer("e", 200, b"{}")


def test_answer_comes_back_as_it_was_kept_and_the_first_counts(journal: SqlJournal) -> None:
    async def play() -> list[object]:
        keys = journal.keys
        before = await keys.answer_of("/a k")
        await keys.keep_answer("/a k", FIRST, NOON)
        await keys.keep_answer("/a k", SECOND, NOON)
        return [before, await keys.answer_of("/a k")]

    assert asyncio.run(play()) == [None, FIRST]


def test_answers_of_last_week_are_let_go(journal: SqlJournal, database: Database) -> None:
    asyncio.run(journal.keys.keep_answer("/a old", FIRST, NOON))
    asyncio.run(journal.keys.keep_answer("/a new", FIRST, NOON + timedelta(days=8)))
    assert database.execute("SELECT key FROM keyed_answers") == [("/a new",)]


def test_key_that_another_process_has_is_not_had_until_it_lets_go(postgres: PostgresServer) -> None:
    url = postgres.new_database()

    async def play() -> list[bool]:
        with SqlJournal.open(url) as here, SqlJournal.open(url) as there:
            got = [await here.keys.claim("/a k"), await there.keys.claim("/a k"), await there.keys.claim("/a j")]
            await here.keys.let_go("/a k")
            return [*got, await there.keys.claim("/a k"), await here.keys.claim("/a k")]

    assert asyncio.run(play()) == [True, False, True, True, False]


def test_one_process_has_every_key_of_a_file(file: Path) -> None:
    async def play() -> bool:
        with SqlJournal.open(database_url(file)) as journal:
            got = await journal.keys.claim("/a k")
            await journal.keys.let_go("/a k")
            return got

    assert asyncio.run(play())
