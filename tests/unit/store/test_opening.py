"""Which databases are opened, and by whom: the lock, the schema and the connections."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from tests.stored import database_url, execute, row_counts

from triage.errors import Conflict, SettingsError, StoreUnavailable
from triage.store import SqlJournal
from triage.store.connections import reading_engine, writing_engine
from triage.store.tables import metadata

# Holds the lock as another process would, until its input ends.
_HOLDER = """
import sys
from pathlib import Path
from triage.store.lock import FileLock
lock = FileLock(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_folder_is_made(tmp_path: Path) -> None:
    with SqlJournal.open(database_url(tmp_path / "a" / "b" / "triage.db")):
        assert (tmp_path / "a" / "b" / "triage.db").is_file()


def test_second_writer_in_this_process_is_refused_with_the_reason(journal: SqlJournal, file: Path) -> None:
    with pytest.raises(Conflict, match=rf"number {os.getpid()}"):
        SqlJournal.open(database_url(file))


def test_another_process_keeps_the_file_until_it_is_killed(file: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", _HOLDER, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(Conflict, match=rf"number {holder.pid}"):
            SqlJournal.open(database_url(file))
        holder.kill()
        holder.wait()
        SqlJournal.open(database_url(file)).close()


def test_refused_database_is_let_go(file: Path) -> None:
    file.write_bytes(b"this is no database, and long enough to be looked at" * 100)
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="not a database"):
            SqlJournal.open(database_url(file))


def test_database_of_a_newer_version_is_refused_untouched(file: Path) -> None:
    SqlJournal.open(database_url(file)).close()
    execute(file, "UPDATE alembic_version SET version_num = '9999'")
    before = file.read_bytes()
    with pytest.raises(SettingsError, match=r"9999.*up to 0001"):
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


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "postgresql+psycopg://desk@db/triage", "nonsense"])
def test_url_that_names_no_file_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="database_url"):
        SqlJournal.open(url)


def test_password_of_a_refused_url_is_not_shown() -> None:
    with pytest.raises(SettingsError) as caught:
        SqlJournal.open("postgresql+psycopg://desk:hunter2@db/triage")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("below", [True, False])
def test_place_that_cannot_hold_a_file_is_refused(tmp_path: Path, below: bool) -> None:
    (tmp_path / "taken").write_text("")
    (tmp_path / "folder").mkdir()
    place = tmp_path / "taken" / "triage.db" if below else tmp_path / "folder"
    with pytest.raises(StoreUnavailable, match=str(place)):
        SqlJournal.open(database_url(place))


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


def test_decision_without_its_revision_is_refused(journal: SqlJournal, file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute("INSERT INTO decisions VALUES ('desk', '1', 1, NULL, '', '{}')")
