"""Databases of their own for the tests of the store: every test that asks for one runs on both kinds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.stored import Database, PostgresDatabase, SqliteDatabase

from triage.store import SqlJournal


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the database of a test is that is about files."""
    return tmp_path / "triage.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, file: Path) -> Database:
    """A database of the test's own, of either kind."""
    if request.param == "sqlite":
        return SqliteDatabase(file)
    return PostgresDatabase(request.getfixturevalue("postgres").new_database())


@pytest.fixture
def journal(database: Database) -> Iterator[SqlJournal]:
    """Open a new journal; closed in the end."""
    with SqlJournal.open(database.url, busy_timeout_s=0.1) as opened:
        yield opened
