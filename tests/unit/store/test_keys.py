"""Answers by key on real databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from tests.fakes import NOON
from tests.stored import Database

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
