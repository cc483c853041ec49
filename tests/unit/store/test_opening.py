"""Where a journal can be opened."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.stored import database_url

from triage.errors import StoreUnavailable
from triage.store import SqlJournal


def test_folder_is_made(tmp_path: Path) -> None:
    with SqlJournal.open(database_url(tmp_path / "a" / "b" / "triage.db")):
        assert (tmp_path / "a" / "b" / "triage.db").is_file()


def test_refused_database_is_let_go(file: Path) -> None:
    file.write_bytes(b"this is no database, and long enough to be looked at" * 100)
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="not a database"):
            SqlJournal.open(database_url(file))


@pytest.mark.parametrize("below", [True, False])
def test_place_that_cannot_hold_a_file_is_refused(tmp_path: Path, below: bool) -> None:
    (tmp_path / "taken").write_text("")
    (tmp_path / "folder").mkdir()
    place = tmp_path / "taken" / "triage.db" if below else tmp_path / "folder"
    with pytest.raises(StoreUnavailable, match=str(place)):
        SqlJournal.open(database_url(place))
