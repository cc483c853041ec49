from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.e2e.deliveries import configure, deliver_through_kills, running_cores
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
    database_url = None
    if kind == "postgresql":
        server: PostgresServer = request.getfixturevalue("durable_postgres")
        database_url = server.new_database()
    with running_cores(tmp_path) as (cores, file):
        configure(tmp_path, cores, database_url)
        outcome = deliver_through_kills(tmp_path, file, KILLS, POSTS, seed=7)
    assert len(outcome.acknowledged) > POSTS
    for core in ("pager", "desk"):
        assert (core, outcome.missing(core), outcome.doubled(core)) == (core, [], [])
    assert outcome.retried > 0
