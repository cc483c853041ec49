"""One process a database file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.stored import database_url

from triage.errors import Conflict
from triage.store import SqlJournal

# Holds the lock as another process would, until its input ends.
_HOLDER = """
import sys
from pathlib import Path
from triage.store.lock import FileLock
lock = FileLock(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


def test_second_writer_in_this_process_is_refused_with_the_reason(file: Path) -> None:
    with SqlJournal.open(database_url(file)), pytest.raises(Conflict, match=rf"number {os.getpid()}"):
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
