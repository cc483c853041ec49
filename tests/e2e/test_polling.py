"""A running service that reads a tracker, is killed in between, and has everything once."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from tests.e2e.monitors import wait_until
from tests.e2e.service import Service
from tests.loopback import serving
from tests.stored import execute
from tests.trackers import FakeRequestTracker

MORNING = "2026-11-25T10:00:00Z"


def configure(home: Path, port: int) -> None:
    home.mkdir()
    table = {
        "kind": "request-tracker",
        "url": f"http://127.0.0.1:{port}",
        "user": "user",
        "secret_env": "TRACKER",
        "poll_s": 0.1,
    }
    lines = "\n".join(f"{name} = {json.dumps(value)}" for name, value in {**table, "rate": 100}.items())
    (home / "triage.toml").write_text(f"[trackers.rt]\n{lines}\n", encoding="utf-8")


def incidents(service: Service) -> dict[str, str]:
    items = httpx.get(f"{service.url}/v1/incidents", params={"limit": 200}).json()["items"]
    return {item["id"]: item["state"] for item in items}


def test_tickets_are_read_once_through_a_kill_and_their_ends_are_outcomes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER", "s3cret")
    tracker, home = FakeRequestTracker(), tmp_path / "home"
    tracker.open(1, MORNING)
    with serving(tracker.app()) as port:
        configure(home, port)
        with Service(home) as service:
            wait_until(lambda: len(tracker.calls) > 1, "a first poll")
            for number in range(2, 40):
                tracker.open(number, MORNING)
            wait_until(lambda: "2" in incidents(service), "the first of them")
            service.kill()
        tracker.change(2, "2026-11-25T11:00:00Z", "Queue", "1", "2", Queue={"id": "2", "Name": "Network"})
        tracker.change(
            2, "2026-11-25T12:00:00Z", "Status", "new", "resolved", Status="resolved", Resolved="2026-11-25T12:00:00Z"
        )
        with Service(home) as service:
            wait_until(
                lambda: incidents(service).get("2") == "resolved" and len(incidents(service)) == 38, "all of them"
            )
            service.interrupt()
    # The one from before the first poll is for a pull.
    assert execute(home / "triage.db", "SELECT count(*), max(revision) FROM revisions WHERE incident_id <> '2'") == [
        (37, 1)
    ]
    said = execute(
        home / "triage.db", "SELECT name, value, given_by FROM outcomes WHERE name IN ('queue', 'resolved_at')"
    )
    assert sorted(said) == [("queue", "Network", "bob"), ("resolved_at", "2026-11-25T12:00:00+00:00", "")]
