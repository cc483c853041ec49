"""How SQLite goes about our statements: by an index, however many rows there are."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Engine, event
from tests.fakes import NOON, received

from triage.domain import Feedback, Triage
from triage.flow import Entry
from triage.store import SqlJournal


@contextmanager
def spied() -> Iterator[list[tuple[str, tuple[object, ...]]]]:
    """Collect what any engine executes meanwhile."""
    seen: list[tuple[str, tuple[object, ...]]] = []

    def remember(*said: object) -> None:
        _, _, statement, parameters, _, is_many = said
        assert isinstance(parameters, list | tuple)
        seen.append((str(statement), parameters[0] if is_many else tuple(parameters)))

    event.listen(Engine, "before_cursor_execute", remember)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", remember)


def entry(number: int, body: str) -> Entry:
    return Entry(
        received(str(number), body, source=f"source-{number % 3}"), Triage(str(number), f"source-{number % 3}")
    )


async def use(journal: SqlJournal) -> None:
    for body in ("a", "b"):
        await journal.record([entry(number, body) for number in range(30)])
    await journal.find("4")
    await journal.find("4", "source-1")
    cursor = (await journal.page(3)).next_cursor
    await journal.page(3, cursor)
    await journal.page(3, cursor, "source-1")
    await journal.add_feedback(Feedback("4", "source-1", "team", "network", "", NOON))
    await journal.feedback_of("4", "source-1")


def test_no_statement_reads_a_whole_table_or_sorts_one(journal: SqlJournal, file: Path) -> None:
    with spied() as seen:
        asyncio.run(use(journal))
    asked = [(statement, values) for statement, values in seen if statement.startswith(("SELECT", "UPDATE"))]
    assert len(asked) > 10
    with closing(sqlite3.connect(file)) as connection:
        for statement, values in asked:
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
            # The first pages of the journal walk its own order, and stop early.
            walks = statement.count("ORDER BY incidents.seq DESC")
            assert sum(step.startswith("SCAN") for step in plan) <= walks, (statement, plan)
            assert not any("TEMP B-TREE" in step for step in plan), (statement, plan)
