from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.e2e.deliveries import deliver_through_kills, new_database_url
from tests.postgres import PostgresServer

# SOAK_KILLS=10 is 30 kills and 10,000 events; a tenth of it runs in CI.
KILLS = 3 * int(os.environ.get("SOAK_KILLS", "10"))
POSTS = 323


@pytest.fixture(scope="module")
def durable_postgres() -> PostgresServer:
    """A server as it comes: its commits wait for the disk."""
    try:
        return PostgresServer(is_durable=True)
    except Exception as err:  # noqa: BLE001  # whatever keeps it from starting on this machine
        pytest.skip(f"no PostgreSQL can be started here: {err!r}")


@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_kills_at_random_moments_lose_and_double_no_ticket(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    database_url = new_database_url(kind, request, "durable_postgres")
    outcome = deliver_through_kills(tmp_path, database_url, KILLS, POSTS, seed=7)
    assert len(outcome.acknowledged) > POSTS
    outcome.check()
