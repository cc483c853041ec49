"""Signals that cross on the same keys, in one process on SQLite and in two on one PostgreSQL, mean what they say."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.postgres import PostgresServer
from tests.racers import race
from tests.stored import Database, PostgresDatabase, SqliteDatabase

from triage.store import SqlJournal


def assert_chains_are_sound(database: Database, told: list[tuple[str, str, str]]) -> None:
    """Every incident was opened once and is resolved at most once, as its last; a key has one open at most."""
    rows = database.execute("SELECT incident_id, state FROM revisions ORDER BY incident_id, revision")
    states: dict[str, list[str]] = {}
    for incident_id, state in rows:
        states.setdefault(str(incident_id), []).append(str(state))
    for one in states.values():
        assert "resolved" not in one[:-1], one
        # Nobody who goes on reporting takes it from whoever has acknowledged it.
        assert one == sorted(one, key=["open", "acknowledged", "resolved"].index), one
    numbers: dict[str, list[int]] = {}
    for incident_id in states:
        key, _, number = incident_id.partition("/")
        numbers.setdefault(key, []).append(int(number))
    for key, of_key in numbers.items():
        assert sorted(of_key) == list(range(1, len(of_key) + 1))
        assert [states[f"{key}/{number}"][-1] for number in range(1, len(of_key))] == ["resolved"] * (len(of_key) - 1)
    # What was answered is what is there: nothing acknowledged is lost, nothing is there twice.
    changed = [one for one in told if one[2] != "repeated"]
    assert Counter(incident_id for _, incident_id, _ in changed) == Counter(
        {incident_id: len(one) for incident_id, one in states.items()}
    )
    assert sum(status == "created" for _, _, status in told) == len(states)


def test_signals_of_one_process_that_cross(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "triage.db")
    with SqlJournal.open(database.url) as journal:
        told = race(journal, 0)
    assert_chains_are_sound(database, told)


def test_signals_of_two_processes_that_cross(postgres: PostgresServer) -> None:
    database = PostgresDatabase(postgres.new_database())
    command = [sys.executable, "-m", "tests.racers", database.url]
    racers = [subprocess.Popen([*command, str(seed)], stdout=subprocess.PIPE, text=True) for seed in (1, 2)]
    said = [racer.communicate(timeout=120)[0] for racer in racers]
    assert [racer.returncode for racer in racers] == [0, 0]
    assert_chains_are_sound(database, [tuple(one) for some in said for one in json.loads(some)])
