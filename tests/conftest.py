"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from benchmarks.data_folder import find_data_folder
from tests.postgres import PostgresServer

# A timing is never a test, and a shared machine stalls now and then.
hypothesis.settings.register_profile("triage", deadline=None)
hypothesis.settings.load_profile("triage")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder of real data; tests that ask for it are skipped, with the reason, where there is none."""
    folder, reason = find_data_folder()
    if folder is None:
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Run a server of PostgreSQL; tests that ask for it are skipped, with the reason, where none can be started."""
    try:
        server = PostgresServer()
    except Exception as err:  # noqa: BLE001  # whatever keeps it from starting on this machine
        pytest.skip(f"no PostgreSQL can be started here: {err!r}")
    yield server
    server.stop()
