"""Metrics, watcher states and warnings on real databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from tests.fakes import NOON, metric_batch, warning_on
from tests.stored import Database

from triage.domain import Cause, EarlyWarning
from triage.errors import NotFound, StoreUnavailable, UsageError
from triage.flow import MetricBatch, Snapshot, WarningQuery, WarningState
from triage.parts import Part
from triage.store import SqlJournal

BATCH = metric_batch(("a", 1, 0.5), ("b", 2, -1e-300))


def snapshot(seq: int, origin: str = "budget") -> Snapshot:
    return Snapshot(seq, origin, 2**60 + seq, NOON, Part({"trace": np.array([0.1, np.inf])}, {"open": {"a": 0.1}}))


def closed(warning: EarlyWarning) -> EarlyWarning:
    return replace(warning, closed_at=warning.opened_at + timedelta(minutes=3), score=0.125)


def ids(journal: SqlJournal, query: WarningQuery) -> list[str]:
    return [one.entity for one in asyncio.run(journal.metrics.page_warnings(query)).warnings]


def same(one: MetricBatch, other: MetricBatch) -> bool:
    arrays = ("series", "time_ns", "value")
    return (one.entity, one.metric, one.nulls) == (other.entity, other.metric, other.nulls) and all(
        getattr(one, name).tobytes() == getattr(other, name).tobytes() for name in arrays
    )


def test_batches_are_read_back_in_the_order_of_their_numbers(journal: SqlJournal) -> None:
    for seq in (1, 3, 2, 10):
        asyncio.run(journal.metrics.append(seq, NOON, metric_batch(("a", seq, 0.5))))
    found: list[int] = []
    seq = 0
    while following := asyncio.run(journal.metrics.batch_after(seq)):
        seq, batch = following
        assert same(batch, metric_batch(("a", seq, 0.5)))
        found.append(seq)
    assert found == [1, 2, 3, 10]


def test_a_batch_survives_a_restart_and_a_number_is_given_once(journal: SqlJournal, database: Database) -> None:
    asyncio.run(journal.metrics.append(7, NOON, BATCH))
    journal.close()
    with SqlJournal.open(database.url) as again:
        found = asyncio.run(again.metrics.batch_after(0))
    assert found is not None
    assert found[0] == 7
    assert same(found[1], BATCH)
    assert database.execute("SELECT seq, points FROM metric_batches") == [(7, 2)]


def test_a_state_takes_the_place_of_the_one_before_and_of_its_batches(journal: SqlJournal, database: Database) -> None:
    assert asyncio.run(journal.metrics.snapshot()) is None
    for seq in (1, 2, 3):
        asyncio.run(journal.metrics.append(seq, NOON, BATCH))
    for state in (snapshot(0), snapshot(2, "model m 1")):
        asyncio.run(journal.metrics.keep((), state))
    kept = asyncio.run(journal.metrics.snapshot())
    assert kept is not None
    assert (kept.seq, kept.origin, kept.last_ns, kept.taken_at) == (2, "model m 1", 2**60 + 2, NOON)
    assert kept.state.document == {"open": {"a": 0.1}}
    assert kept.state.arrays["trace"].tolist() == [0.1, np.inf]
    counts = database.row_counts()
    assert (counts["watcher_snapshots"], counts["metric_batches"]) == (1, 1)


def test_a_warning_takes_the_place_of_its_former_self_also_within_one_commit(
    journal: SqlJournal, database: Database
) -> None:
    first, second = warning_on("a", 60), warning_on("b", 70)
    asyncio.run(journal.metrics.keep([first]))
    asyncio.run(journal.metrics.keep([second, closed(second), closed(first)]))
    assert asyncio.run(journal.metrics.find_warning(first.id)) == closed(first)
    assert asyncio.run(journal.metrics.find_warning(second.id)) == closed(second)
    assert asyncio.run(journal.metrics.open_warnings()) == []
    assert database.row_counts()["warnings"] == 2
    # Applied again after a kill, it is for a moment what it was.
    asyncio.run(journal.metrics.keep([first]))
    assert asyncio.run(journal.metrics.open_warnings()) == [first]


def test_a_warning_is_kept_to_the_last_digit(journal: SqlJournal) -> None:
    one = replace(warning_on("größe", 60.000001), score=0.1 + 0.2, causes=(Cause("a", 1 / 3), Cause("b", 1e-17)))
    asyncio.run(journal.metrics.keep([one]))
    assert asyncio.run(journal.metrics.find_warning(one.id)) == one


def test_more_warnings_than_a_statement_takes_are_recognised(journal: SqlJournal, database: Database) -> None:
    many = [warning_on("a", float(second)) for second in range(2000)]
    for _ in range(2):
        asyncio.run(journal.metrics.keep(many))
    assert database.row_counts()["warnings"] == 2000


def test_warnings_are_paged_by_state_and_entity_last_first(journal: SqlJournal) -> None:
    a, b, c, d = (warning_on(name, 60) for name in "abcd")
    again = warning_on("a", 600)
    asyncio.run(journal.metrics.keep([a, closed(b), c, closed(d), again]))
    assert ids(journal, WarningQuery(10)) == ["a", "d", "c", "b", "a"]
    assert ids(journal, WarningQuery(10, state=WarningState.OPEN)) == ["a", "c", "a"]
    assert ids(journal, WarningQuery(10, state=WarningState.CLOSED)) == ["d", "b"]
    assert ids(journal, WarningQuery(10, state=WarningState.CLOSED, entity="a")) == []
    first = asyncio.run(journal.metrics.page_warnings(WarningQuery(1, entity="a")))
    second = asyncio.run(journal.metrics.page_warnings(WarningQuery(1, first.next_cursor, entity="a")))
    assert (first.warnings, second.warnings, second.next_cursor) == ((again,), (a,), None)


def test_parts_of_a_problem_are_read_in_the_order_in_which_they_came(journal: SqlJournal) -> None:
    lead = replace(warning_on("a", 60), size=4)
    parts = [replace(warning_on(name, 90), part_of=lead.id) for name in "cbd"]
    asyncio.run(journal.metrics.keep([lead, *parts, warning_on("e", 90)]))
    assert asyncio.run(journal.metrics.first_parts(lead.id, 2)) == parts[:2]
    assert asyncio.run(journal.metrics.first_parts(parts[0].id, 2)) == []


def test_a_foreign_cursor_and_an_unknown_warning_are_refused(journal: SqlJournal) -> None:
    with pytest.raises(UsageError):
        ids(journal, WarningQuery(1, "mine"))
    with pytest.raises(NotFound):
        asyncio.run(journal.metrics.find_warning("nobody"))


def test_what_cannot_be_committed_is_not_kept(journal: SqlJournal, database: Database) -> None:
    with database.write_locked(), pytest.raises(StoreUnavailable):
        asyncio.run(journal.metrics.append(1, NOON, BATCH))
    assert asyncio.run(journal.metrics.batch_after(0)) is None


def test_batches_share_the_commit_of_whatever_has_queued(journal: SqlJournal) -> None:
    async def crowd() -> None:
        await asyncio.gather(*(journal.metrics.append(seq, NOON, BATCH) for seq in range(1, 101)))

    asyncio.run(crowd())
    assert journal.counts.rows == 100
    assert journal.counts.commits < 100
