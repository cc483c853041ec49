"""What one process holds as long as it lives."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from tests.postgres import PostgresServer
from tests.stored import PostgresDatabase

from triage.store.connections import reading_engine, to_url
from triage.store.session_lock import SessionLocks


@pytest.fixture
def database(postgres: PostgresServer) -> PostgresDatabase:
    return PostgresDatabase(postgres.new_database())


@pytest.fixture
def engine(database: PostgresDatabase) -> Iterator[Engine]:
    made = reading_engine(to_url(database.url), 1.0)
    yield made
    made.dispose()


def test_what_one_process_has_no_other_gets_until_it_goes(engine: Engine) -> None:
    first, second = SessionLocks(engine), SessionLocks(engine)
    assert first.claim(7)
    assert first.claim(7)
    assert not second.claim(7)
    assert not second.is_free(7)
    assert second.is_free(8)
    first.close()
    first.close()
    assert second.is_free(7)
    assert second.claim(7)
    second.close()


def test_a_lock_whose_connection_broke_is_taken_anew(engine: Engine, database: PostgresDatabase) -> None:
    locks = SessionLocks(engine)
    assert locks.claim(7)
    database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    assert locks.claim(7)
    with engine.connect() as connection:
        held = connection.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 7"))
    assert held == 1
    locks.close()


def test_where_nobody_else_can_be_everything_is_had() -> None:
    assert SessionLocks(None).claim(7)
    assert SessionLocks(None).is_free(7)
