"""The one writer: who shares a commit, and what one bad request does to the others."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import Connection
from structlog.testing import capture_logs
from tests.fakes import NOON, received
from tests.stored import Database

from triage.domain import Triage
from triage.errors import StoreUnavailable, TriageError
from triage.flow import Answer, Entry
from triage.store import SqlJournal
from triage.store.connections import to_url, writing_engine
from triage.store.rows import rows_of
from triage.store.schema import upgrade_schema
from triage.store.writer import GroupWriter
from triage.store.writing import Outcome, Write, write_all


def write_of(*ids: str) -> Write:
    return Write(rows_of(Entry(received(one), Triage(one, "desk", answered_at=NOON)) for one in ids))


class Gate:
    """Writes as the journal does, but only while it is open; remembers which requests shared a transaction."""

    def __init__(self) -> None:
        self.is_open = threading.Event()
        self.entered = threading.Event()
        self.batches: list[int] = []

    def write_all(self, connection: Connection, writes: Sequence[Write]) -> list[Outcome]:
        self.entered.set()
        assert self.is_open.wait(20)
        self.batches.append(len(writes))
        return write_all(connection, writes)


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def writer(database: Database, gate: Gate) -> Iterator[GroupWriter]:
    engine = writing_engine(to_url(database.url), 0.1)
    upgrade_schema(engine)
    made = GroupWriter(engine, gate.write_all, most_waiting=10)
    yield made
    gate.is_open.set()
    made.close()
    engine.dispose()


async def queued(writer: GroupWriter, gate: Gate, count: int, size: int = 1) -> list[asyncio.Task[list[Answer]]]:
    """Have requests wait behind one that is being written."""
    first = asyncio.create_task(writer.submit(write_of("first")))
    await asyncio.to_thread(gate.entered.wait, 20)
    tasks = [
        asyncio.create_task(writer.submit(write_of(*(f"{number}-{part}" for part in range(size)))))
        for number in range(count)
    ]
    # Tasks run until they first wait: then all of them are in the queue.
    await asyncio.sleep(0)
    return [first, *tasks]


def test_all_that_queued_meanwhile_share_the_next_commit(writer: GroupWriter, gate: Gate) -> None:
    async def post() -> None:
        tasks = await queued(writer, gate, 10)
        gate.is_open.set()
        await asyncio.gather(*tasks)

    asyncio.run(post())
    assert gate.batches == [1, 10]
    assert (writer.counts.commits, writer.counts.rows) == (2, 11)


def test_full_queue_pushes_senders_back_and_forgets_nobody_else(writer: GroupWriter, gate: Gate) -> None:
    async def post() -> list[object]:
        tasks = await queued(writer, gate, 12)
        gate.is_open.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    outcomes = asyncio.run(post())
    assert [isinstance(outcome, StoreUnavailable) for outcome in outcomes] == [False] * 11 + [True] * 2


def test_request_larger_than_the_queue_is_taken_when_nobody_waits(writer: GroupWriter, gate: Gate) -> None:
    gate.is_open.set()
    answers = asyncio.run(writer.submit(write_of(*(str(number) for number in range(30)))))
    assert len(answers) == 30


def test_close_writes_what_waits(database: Database, gate: Gate) -> None:
    engine = writing_engine(to_url(database.url), 0.1)
    upgrade_schema(engine)
    writer = GroupWriter(engine, gate.write_all, most_waiting=10)

    async def post() -> None:
        tasks = await queued(writer, gate, 5)
        closing = asyncio.create_task(asyncio.to_thread(writer.close))
        gate.is_open.set()
        await asyncio.gather(*tasks, closing)

    asyncio.run(post())
    engine.dispose()
    assert database.row_counts()["incidents"] == 6


def test_sender_that_went_away_is_written_all_the_same(writer: GroupWriter, gate: Gate, database: Database) -> None:
    async def post() -> None:
        first, second, third = await queued(writer, gate, 2)
        second.cancel()
        gate.is_open.set()
        await asyncio.gather(first, third)

    asyncio.run(post())
    assert database.row_counts()["incidents"] == 3


def test_loop_that_ended_does_not_stop_the_writer(writer: GroupWriter, gate: Gate, database: Database) -> None:
    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(writer.submit(write_of("1")), 0.01))
    with capture_logs() as logs:
        gate.is_open.set()
        asyncio.run(writer.submit(write_of("2")))
    assert database.row_counts()["incidents"] == 2
    assert [log["event"] for log in logs] in ([], ["answer_unheard"])


def test_row_that_the_database_refuses_fails_alone(writer: GroupWriter, gate: Gate, database: Database) -> None:
    database.refuse("3-0")

    async def post() -> list[object]:
        tasks = await queued(writer, gate, 6)
        gate.is_open.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    with capture_logs() as logs:
        outcomes = asyncio.run(post())
    assert [isinstance(outcome, list) for outcome in outcomes] == [True, True, True, True, False, True, True]
    assert type(outcomes[4]) is TriageError
    assert database.row_counts()["incidents"] == 6
    assert [log["event"] for log in logs] == ["write_refused"]


def test_value_that_the_driver_refuses_fails_alone(writer: GroupWriter, gate: Gate, database: Database) -> None:
    lone_surrogate = "\ud800"

    async def post() -> list[object]:
        tasks = await queued(writer, gate, 1)
        tasks.append(asyncio.create_task(writer.submit(write_of(lone_surrogate))))
        await asyncio.sleep(0)
        gate.is_open.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    with capture_logs():
        outcomes = asyncio.run(post())
    assert [isinstance(outcome, list) for outcome in outcomes] == [True, True, False]
    assert database.row_counts()["incidents"] == 2


def test_database_that_cannot_write_fails_everybody_who_shared_the_transaction(
    writer: GroupWriter, gate: Gate, database: Database
) -> None:
    database.execute("DROP TABLE decisions")

    async def post() -> list[object]:
        tasks = await queued(writer, gate, 6)
        gate.is_open.set()
        return await asyncio.gather(*tasks, return_exceptions=True)

    with capture_logs() as logs:
        outcomes = asyncio.run(post())
    assert all(isinstance(outcome, StoreUnavailable) for outcome in outcomes)
    assert database.row_counts()["incidents"] == 0
    assert [(log["event"], log["requests"]) for log in logs] == [("commit_failed", 1), ("commit_failed", 6)]
    assert writer.counts.failures == 2


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_fault_of_ours_stops_the_writer_and_leaves_nobody_waiting(database: Database) -> None:
    def broken(_connection: Connection, _writes: Sequence[Write]) -> list[Outcome]:
        raise AssertionError("a fault of ours")

    engine = writing_engine(to_url(database.url), 0.1)
    writer = GroupWriter(engine, broken, most_waiting=10)
    for reason in ("has stopped", "closed or closing"):
        with pytest.raises(StoreUnavailable, match=reason):
            asyncio.run(writer.submit(write_of("1")))
    writer.close()
    engine.dispose()


def test_journal_counts_what_its_writer_wrote(journal: SqlJournal) -> None:
    assert (journal.counts.commits, journal.counts.rows, journal.counts.failures) == (0, 0, 0)
