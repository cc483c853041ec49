"""Which databases are connected to, and how."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.postgres import PostgresServer
from tests.stored import Database, database_url

from triage.errors import SettingsError, StoreUnavailable
from triage.store import SqlJournal
from triage.store.connections import reading_engine, to_url, writing_engine


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://desk@db/triage", "nonsense"])
def test_url_that_names_no_database_of_ours_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="database_url"):
        SqlJournal.open(url)


@pytest.mark.parametrize("kind", ["mysql", "postgresql"])
def test_password_of_a_url_that_cannot_be_used_is_not_shown(kind: str) -> None:
    with pytest.raises((SettingsError, StoreUnavailable)) as caught:
        SqlJournal.open(f"{kind}://desk:hunter2@127.0.0.1:9/triage")
    assert "hunter2" not in str(caught.value)


def test_commits_are_flushed_to_disk_and_references_are_held(file: Path) -> None:
    engine = writing_engine(to_url(database_url(file)), 1.0)
    with engine.connect() as connection:
        facts = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    engine.dispose()
    assert facts == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_server_that_was_told_not_to_wait_for_its_disk_does_so_for_us(postgres: PostgresServer) -> None:
    url = postgres.new_database()
    own = writing_engine(to_url(url), 1.0)
    with own.begin() as connection:
        name = connection.scalar(text("SELECT current_database()"))
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    own.dispose()
    engine = writing_engine(to_url(url), 1.5)
    with engine.connect() as connection:
        found = [connection.scalar(text(f"SHOW {key}")) for key in ("synchronous_commit", "lock_timeout")]
    engine.dispose()
    assert found == ["on", "1500ms"]


def test_readers_cannot_write(journal: SqlJournal, database: Database) -> None:
    engine = reading_engine(to_url(database.url), 1.0)
    with engine.connect() as connection, pytest.raises(DBAPIError, match=r"readonly|read-only"):
        connection.exec_driver_sql("DELETE FROM incidents")
    engine.dispose()
