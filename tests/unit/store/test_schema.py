"""The tables of a database: made, brought up to date, or refused."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import IntegrityError
from tests.postgres import PostgresServer
from tests.stored import Database, PostgresDatabase, SqliteDatabase

from triage.errors import SettingsError
from triage.store import SqlJournal
from triage.store.connections import reading_engine, to_url, writing_engine
from triage.store.tables import metadata


def test_database_of_a_newer_version_is_refused_untouched(database: Database) -> None:
    SqlJournal.open(database.url).close()
    database.execute("UPDATE alembic_version SET version_num = '9999'")
    before = database.row_counts()
    with pytest.raises(SettingsError, match=r"9999.*up to 0"):
        SqlJournal.open(database.url)
    assert database.row_counts() == before


def test_a_refused_file_is_not_changed_by_a_byte(file: Path) -> None:
    database = SqliteDatabase(file)
    SqlJournal.open(database.url).close()
    database.execute("UPDATE alembic_version SET version_num = '9999'")
    before = file.read_bytes()
    with pytest.raises(SettingsError):
        SqlJournal.open(database.url)
    assert file.read_bytes() == before


def test_migrations_make_the_tables_that_the_code_uses(journal: SqlJournal, database: Database) -> None:
    engine = reading_engine(to_url(database.url), 1.0)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_a_database_that_is_up_to_date_is_opened_without_the_means_to_migrate(database: Database) -> None:
    SqlJournal.open(database.url).close()
    program = (
        "import sys; from triage.store import SqlJournal; "
        f"SqlJournal.open({database.url!r}).close(); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_reopening_changes_nothing(database: Database) -> None:
    SqlJournal.open(database.url).close()
    before = database.row_counts()
    SqlJournal.open(database.url).close()
    assert database.row_counts() == before


def test_decision_without_its_revision_is_refused(journal: SqlJournal, database: Database) -> None:
    engine = writing_engine(to_url(database.url), 1.0)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO decisions (source, incident_id, revision, degraded, predictions) VALUES ('d', '1', 1, '', '')"
        )
    engine.dispose()


def test_processes_that_start_at_once_migrate_once(postgres: PostgresServer) -> None:
    database = PostgresDatabase(postgres.new_database(is_migrated=False))
    with ThreadPoolExecutor(4) as pool:
        for journal in pool.map(SqlJournal.open, [database.url] * 4):
            journal.close()
    assert database.row_counts()["alembic_version"] == 1
