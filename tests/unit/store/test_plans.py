"""How SQLite goes about our statements: by an index, however many rows there are."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, event
from tests.delivery import entry_for
from tests.fakes import NOON, metric_batch, received, warning_on
from tests.stored import database_url

from triage.domain import Feedback, Outcome, OutcomeValue, Triage
from triage.flow import Edit, Ending, EndState, Entry, KeyedAnswer, Relabel, Snapshot, WarningQuery, WarningState
from triage.parts import Part
from triage.store import SqlJournal, SqlMetricJournal

# Tables that are paged or read from their end; and the state, of which there is one row.
_WALKED = ("incidents", "warnings", "watcher_snapshots", "feedback", "outcomes")


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
    journal.ends(20)
    await use_metrics(journal.metrics)
    await use_late_labels(journal)
    await use_outbox(journal)
    await journal.keys.keep_answer("/a k", KeyedAnswer("d", 201, b"{}"), NOON)
    await journal.keys.answer_of("/a k")
    await journal.add_outcome(Outcome("4", "source-1", (OutcomeValue("team", "network", NOON),), ""))


async def use_late_labels(journal: SqlJournal) -> None:
    late = Triage("late", "mail", degraded="late", answered_at=NOON)
    await journal.record([replace(entry_for("late"), triage=late)])
    [one] = await journal.unlabelled(0, 10)
    await journal.relabel([Relabel("mail", "late", one.revision, late, ("desk",))], [7])


async def use_outbox(journal: SqlJournal) -> None:
    outbox = journal.outbox
    await journal.record([entry_for(str(number), body) for number in range(20) for body in "ab"])
    messages = await outbox.claim("desk", NOON, 5)
    await outbox.settle(messages[0], Ending(EndState.DELIVERED, NOON))
    await outbox.settle(messages[1], Ending(EndState.WAITING, NOON, NOON, "410", disables=True))
    for message in messages[2:4]:
        await outbox.settle(message, Ending(EndState.DEAD, NOON))
    await outbox.enable("desk")
    await outbox.recover("desk", NOON + timedelta(hours=1))
    await outbox.next_due("desk")
    page = await outbox.page_dead(1)
    await outbox.page_dead(1, page.next_cursor)
    dead = page.letters[0].message.seq
    await outbox.edit_dead(dead, Edit({}, {}))
    await outbox.replay_dead(dead, NOON)
    await outbox.discard_dead((await outbox.page_dead(1)).letters[0].message.seq)


async def use_metrics(journal: SqlMetricJournal) -> None:
    warnings = [warning_on("ab"[second % 2], float(second)) for second in range(30)]
    for seq in range(1, 5):
        await journal.append(seq, NOON, metric_batch(("a", seq, 0.5)))
    await journal.keep(warnings)
    await journal.keep(warnings, Snapshot(2, "budget", 0, NOON, Part({}, {})))
    await journal.snapshot()
    await journal.batch_after(2)
    await journal.open_warnings()
    await journal.find_warning(warnings[0].id)
    await journal.first_parts(warnings[0].id, 10)
    for state in WarningState:
        for entity in (None, "a"):
            page = await journal.page_warnings(WarningQuery(3, None, state, entity))
            await journal.page_warnings(WarningQuery(3, page.next_cursor, state, entity))


def test_no_statement_reads_a_whole_table_or_sorts_one(file: Path) -> None:
    with SqlJournal.open(database_url(file)) as journal, spied() as seen:
        asyncio.run(use(journal))
    asked = [(statement, values) for statement, values in seen if statement.startswith(("SELECT", "UPDATE"))]
    assert len(asked) > 10
    with closing(sqlite3.connect(file)) as connection:
        for statement, values in asked:
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
            # The first pages of the journal walk its own order, and stop early.
            walks = sum(statement.count(f"ORDER BY {table}.seq DESC") for table in _WALKED)
            assert sum(step.startswith("SCAN") for step in plan) <= walks, (statement, plan)
            assert not any("TEMP B-TREE" in step for step in plan), (statement, plan)
