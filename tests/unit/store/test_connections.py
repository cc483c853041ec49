"""Which databases are connected to, and how."""

from __future__ import annotations

from pathlib import Path

import pytest

from triage.errors import SettingsError
from triage.store import SqlJournal
from triage.store.connections import reading_engine, writing_engine


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "postgresql+psycopg://desk@db/triage", "nonsense"])
def test_url_that_names_no_file_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="database_url"):
        SqlJournal.open(url)


def test_password_of_a_refused_url_is_not_shown() -> None:
    with pytest.raises(SettingsError) as caught:
        SqlJournal.open("postgresql+psycopg://desk:hunter2@db/triage")
    assert "hunter2" not in str(caught.value)


def test_commits_are_flushed_to_disk_and_references_are_held(file: Path) -> None:
    engine = writing_engine(file, 1.0)
    with engine.connect() as connection:
        facts = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    engine.dispose()
    assert facts == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_readers_cannot_write(journal: SqlJournal, file: Path) -> None:
    engine = reading_engine(file, 1.0)
    with engine.connect() as connection, pytest.raises(Exception, match="readonly"):
        connection.exec_driver_sql("DELETE FROM incidents")
    engine.dispose()
