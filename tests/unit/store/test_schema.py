"""The tables of a database: made, brought up to date, or refused."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from tests.stored import database_url, execute, row_counts

from triage.errors import SettingsError
from triage.store import SqlJournal
from triage.store.connections import reading_engine
from triage.store.tables import metadata


def test_database_of_a_newer_version_is_refused_untouched(file: Path) -> None:
    SqlJournal.open(database_url(file)).close()
    execute(file, "UPDATE alembic_version SET version_num = '9999'")
    before = file.read_bytes()
    with pytest.raises(SettingsError, match=r"9999.*up to 0005"):
        SqlJournal.open(database_url(file))
    assert file.read_bytes() == before


def test_migrations_make_the_tables_that_the_code_uses(journal: SqlJournal, file: Path) -> None:
    engine = reading_engine(file, 1.0)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_reopening_changes_nothing(file: Path) -> None:
    SqlJournal.open(database_url(file)).close()
    before = row_counts(file)
    SqlJournal.open(database_url(file)).close()
    assert row_counts(file) == before


def test_decision_without_its_revision_is_refused(journal: SqlJournal, file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute("INSERT INTO decisions VALUES ('desk', '1', 1, NULL, '', '{}', '{}')")
