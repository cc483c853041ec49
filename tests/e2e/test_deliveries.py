from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.e2e.deliveries import Delivered, configure, deliver_through_kills, running_cores
from tests.e2e.service import environment
from tests.postgres import PostgresServer


def check(outcome: Delivered) -> None:
    assert outcome.acknowledged
    for core in ("pager", "desk"):
        assert outcome.missing(core) == []
        assert outcome.doubled(core) == []
    assert outcome.retried > 0


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_kills_under_load_neither_lose_nor_double_a_ticket(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    database_url = None
    if kind == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        database_url = server.new_database()
    with running_cores(tmp_path) as (cores, file):
        configure(tmp_path, cores, database_url)
        check(deliver_through_kills(tmp_path, file, kills=2, posts=200, seed=1))


def test_dead_letters_are_worked_on_by_command(tmp_path: Path) -> None:
    def triage(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "triage", "deliver", *words]
        return subprocess.run(
            command, env=environment(tmp_path), cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )

    with running_cores(tmp_path) as (cores, file):
        configure(tmp_path, cores)
        deliver_through_kills(tmp_path, file, kills=0, posts=5, seed=1)
    listed = triage("list", "--json")
    assert [one["name"] for one in json.loads(listed.stdout)] == ["desk", "pager"]
    assert json.loads(triage("dead", "list", "--json").stdout) == []
    assert triage("dead", "show", "1").returncode == 2
    assert triage("dead", "discard", "1").returncode == 2
    assert triage("enable", "desk").returncode == 0
