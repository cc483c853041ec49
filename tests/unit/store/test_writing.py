"""What one transaction writes for all requests that share it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection
from tests.fakes import NOON, received

from triage.domain import Feedback, Triage
from triage.errors import NotFound
from triage.flow import Entry
from triage.store.connections import writing_engine
from triage.store.rows import rows_of
from triage.store.schema import upgrade_schema
from triage.store.writing import Outcome, Write, write_all


@pytest.fixture
def connection(file: Path) -> Iterator[Connection]:
    engine = writing_engine(file, 1.0)
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
