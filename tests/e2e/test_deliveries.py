from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from tests.e2e.deliveries import (
    configure,
    deliver_from_all,
    deliver_through_kills,
    new_database_url,
    running_cores,
)
from tests.e2e.service import Service, environment
from tests.postgres import PostgresServer


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_kills_under_load_neither_lose_nor_double_a_ticket(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    database_url = new_database_url(kind, request, "postgres")
    deliver_through_kills(tmp_path, database_url, kills=2, posts=200, seed=1).check()


def test_dead_letters_are_worked_on_by_command(tmp_path: Path) -> None:
    def triage(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "triage", "deliver", *words]
        return subprocess.run(
            command, env=environment(tmp_path), cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )

    deliver_through_kills(tmp_path, None, kills=0, posts=5, seed=1)
    listed = triage("list", "--json")
    assert [one["name"] for one in json.loads(listed.stdout)] == ["desk", "pager"]
    assert json.loads(triage("dead", "list", "--json").stdout) == []
    assert triage("dead", "show", "1").returncode == 2
    assert triage("dead", "discard", "1").returncode == 2
    assert triage("enable", "desk").returncode == 0


def test_two_services_on_one_server_lose_and_double_nothing(tmp_path: Path, postgres: PostgresServer) -> None:
    with running_cores(tmp_path) as (cores, file):
        configure(tmp_path, cores, postgres.new_database())
        with Service(tmp_path) as first, Service(tmp_path) as second:
            # Both get the same incidents at the same time.
            outcome = deliver_from_all([first, second], file, posts=300)
    assert len(outcome.acknowledged) == 300
    for core in ("pager", "desk"):
        assert (outcome.missing(core), outcome.doubled(core)) == ([], [])


def test_outcomes_become_a_file_to_train_on(tmp_path: Path) -> None:
    with Service(tmp_path) as service, httpx.Client(base_url=service.url) as client:
        client.post("/v1/incidents", json={"id": "1", "source": "desk", "title": "VPN"}).raise_for_status()
        said = {"id": "1", "by": "ada", "labels": {"team": "network"}, "resolved_at": "2026-11-23T10:00:00Z"}
        client.post("/v1/outcomes", json=said).raise_for_status()
        command = [sys.executable, "-m", "triage", "feedback", "export", "--out", "history.jsonl"]
        subprocess.run(command, env=environment(tmp_path), cwd=tmp_path, check=True, timeout=60)
    [row] = [json.loads(line) for line in (tmp_path / "history.jsonl").read_text().splitlines()]
    assert (row["id"], row["title"], row["team"]) == ("1", "VPN", "network")
