"""Databases of their own for the tests of the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.stored import database_url

from triage.store import SqlJournal


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the database of a test is."""
    return tmp_path / "triage.db"


@pytest.fixture
def journal(file: Path) -> Iterator[SqlJournal]:
    """Open a new journal; closed in the end."""
    with SqlJournal.open(database_url(file), busy_timeout_s=0.1) as opened:
        yield opened
