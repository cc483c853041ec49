"""What one transaction writes for all requests that share it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, select
from tests.fakes import NOON, metric_batch, received, warning_on
from tests.stored import Database

from triage.domain import Feedback, Triage
from triage.errors import NotFound
from triage.flow import Entry, Snapshot
from triage.parts import Part
from triage.store.connections import to_url, writing_engine
from triage.store.metric_rows import batch_row, snapshot_row, warning_row
from triage.store.rows import rows_of
from triage.store.schema import upgrade_schema
from triage.store.tables import metric_batches
from triage.store.writing import Outcome, Write, write_all


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    engine = writing_engine(to_url(database.url), 1.0)
    upgrade_schema(engine)
    with engine.begin() as opened:
        yield opened
    engine.dispose()


def write_of(*posts: tuple[str, str, str]) -> Write:
    return Write(
        rows_of(
            Entry(received(incident_id, body, source), Triage(incident_id, source, answered_at=NOON))
            for source, incident_id, body in posts
        )
    )


def verdict_on(incident_id: str) -> Write:
    return Write(verdicts=(Feedback(incident_id, "desk", "team", "network", "", NOON),))


def statuses(outcomes: list[Outcome]) -> list[list[str]]:
    answered = [outcome for outcome in outcomes if isinstance(outcome, list)]
    assert len(answered) == len(outcomes)
    return [[answer.status.value for answer in answers] for answers in answered]


def test_requests_of_one_transaction_see_each_other_in_their_order(connection: Connection) -> None:
    first, changed = ("desk", "1", "a"), ("desk", "1", "b")
    outcomes = write_all(connection, [write_of(first), write_of(first, changed), write_of(changed)])
    assert statuses(outcomes) == [["created"], ["repeated", "updated"], ["repeated"]]


def test_more_incidents_than_a_statement_takes_are_recognised(connection: Connection) -> None:
    posts = [(f"source-{number % 3}", str(number), "a") for number in range(4000)]
    write_all(connection, [write_of(*posts)])
    [again] = statuses(write_all(connection, [write_of(*posts)]))
    assert set(again) == {"repeated"}


def test_ids_are_told_apart_by_their_source(connection: Connection) -> None:
    writes = [write_of(("desk", "1", "a"), ("mail", "2", "a")), write_of(("desk", "2", "a"), ("mail", "1", "a"))]
    assert statuses(write_all(connection, writes)) == [["created", "created"]] * 2


def test_verdict_may_come_with_its_incident_and_an_unknown_one_fails_alone(connection: Connection) -> None:
    outcomes = write_all(connection, [write_of(("desk", "1", "a")), verdict_on("1"), verdict_on("2"), verdict_on("1")])
    assert [type(outcome) for outcome in outcomes] == [list, list, NotFound, list]


def test_empty_request_writes_nothing(connection: Connection) -> None:
    assert write_all(connection, [Write(), Write()]) == [[], []]
    assert Write().size == 1


def test_everything_that_is_to_be_written_takes_a_place_in_the_queue() -> None:
    batch = batch_row(1, NOON, metric_batch(("a", 1, 0.5)))
    state = snapshot_row(Snapshot(0, "budget", 0, NOON, Part({}, {})))
    write = Write(batches=(batch, batch), warnings=(warning_row(warning_on("a", 1)),), snapshot=state)
    assert (write.rows, write.size) == (4, 4)
    assert (Write().rows, Write().size) == (0, 1)


def test_a_state_of_the_same_transaction_takes_its_batches_with_it(connection: Connection) -> None:
    batches = tuple(batch_row(seq, NOON, metric_batch(("a", seq, 0.5))) for seq in (1, 2, 3))
    state = snapshot_row(Snapshot(2, "budget", 0, NOON, Part({}, {})))
    assert write_all(connection, [Write(batches=batches), Write(snapshot=state)]) == [[], []]
    assert connection.scalars(select(metric_batches.c.seq)).all() == [3]
