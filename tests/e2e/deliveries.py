"""Posts under load while the service is killed and started again, with delivery to real cores in another process."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.cores import tickets_in
from tests.e2e.service import Service
from tests.postgres import PostgresServer

__all__ = ["Delivered", "configure", "deliver_from_all", "deliver_through_kills", "new_database_url", "running_cores"]

_ROOT = Path(__file__).parents[2]
# Short, as what a killed service had claimed is tried again after three times as long.
_TIMEOUT_S = 1.0
_CORES = ("pager", "desk")
_PATIENCE_S = 180.0
_ALERTS_EVERY = 5  # posts
_SECOND = "Second"


@dataclass(slots=True)
class Group:
    """A group that was answered with, and how it is found in the end."""

    title: str
    members: set[str]
    may_be_over: bool
    is_over: bool = False
    found: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Delivered:
    """What was acknowledged, and how often each title is at each core. Of a group only the first alert has a ticket."""

    acknowledged: set[str] = field(default_factory=set)
    groups: dict[str, Group] = field(default_factory=dict)
    tickets: dict[str, dict[str, int]] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)

    def missing(self, core: str) -> list[str]:
        # Nobody is paged for what was over before it could be sent.
        spared = {group.title for group in self.groups.values() if group.may_be_over} if core == "pager" else set()
        return sorted(self.acknowledged - self.tickets[core].keys() - spared)

    def doubled(self, core: str) -> list[str]:
        return sorted(title for title, n in self.tickets[core].items() if n > 1)

    def check(self) -> None:
        """Fail unless every acknowledged incident is once at each core, and something was put to the test."""
        assert self.acknowledged
        for core in _CORES:
            missing, doubled = self.missing(core), self.doubled(core)
            assert not missing, f"missing at {core}: {missing}"
            assert not doubled, f"doubled at {core}: {doubled}"
            assert [title for title in self.tickets[core] if title.endswith(_SECOND)] == []
        assert self.groups
        for group in self.groups.values():
            assert {member["id"] for member in group.found["members"]} == group.members
            assert group.found["state"] == "resolved" or not group.is_over
        assert self.retried > 0

    @property
    def retried(self) -> int:
        """How often a core was asked about something before it was sent again: else nothing was put to the test."""
        return self.calls.get("find", 0)


@contextmanager
def running_cores(folder: Path) -> Iterator[tuple[str, Path]]:
    """Run the cores; give their address and the file of what they took."""
    file = folder / "cores.db"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "tests.cores", str(port), str(file)]
    process = subprocess.Popen(command, cwd=_ROOT, start_new_session=True)
    try:
        _wait_for(f"http://127.0.0.1:{port}/", process)
        yield f"http://127.0.0.1:{port}", file
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def configure(home: Path, cores: str, database_url: str | None = None) -> None:
    """Write a triage.toml that delivers to a core with and one without an idempotent create."""
    settings = f'[settings]\ndatabase_url = "{database_url}"\n' if database_url else ""
    common = f'url = "{cores}"\nsecret_env = "PATH"\ntimeout_s = {_TIMEOUT_S}\nconcurrency = 16\nmode = "shadow"\n'
    tables = f'[deliver.pager]\nkind = "pagerduty"\n{common}[deliver.desk]\nkind = "servicenow"\n{common}'
    (home / "triage.toml").write_text(f"{settings}{tables}", encoding="utf-8")


def new_database_url(kind: str, request: pytest.FixtureRequest, server: str) -> str | None:
    """Return a new database of a kind, on the PostgreSQL that a fixture gives; None for the home's own file."""
    if kind == "sqlite":
        return None
    running: PostgresServer = request.getfixturevalue(server)
    return running.new_database()


def deliver_through_kills(home: Path, database_url: str | None, kills: int, posts: int, seed: int) -> Delivered:
    """Post incidents while the service is killed with -9 at random moments, then let it deliver what is left.

    Parameters
    ----------
    home : Path
        An empty folder.
    database_url : str or None
        As `new_database_url` gives it.
    kills, posts : int
        Times it is killed, and incidents that are posted between two kills, and after the last; every fifth is two
        alerts of a monitor.
    seed : int
        Of the moments of the kills.
    """
    with running_cores(home) as (cores, file):
        configure(home, cores, database_url)
        return _deliver_through_kills(home, file, kills, posts, random.Random(seed))


def _deliver_through_kills(home: Path, cores_file: Path, kills: int, posts: int, dice: random.Random) -> Delivered:
    outcome = Delivered()
    for number in range(kills):
        with Service(home) as service:
            asyncio.run(_post(service, outcome, range(number * posts, (number + 1) * posts), dice.randrange(1, posts)))
    with Service(home) as service:
        asyncio.run(_post(service, outcome, range(kills * posts, (kills + 1) * posts), None))
        _wait_for_tickets(outcome, cores_file)
        for group_id, group in outcome.groups.items():
            group.found = httpx.get(f"{service.url}/v1/groups/{group_id}").raise_for_status().json()
        service.interrupt()
    outcome.tickets, outcome.calls = tickets_in(cores_file)
    return outcome


def deliver_from_all(services: Sequence[Service], cores_file: Path, posts: int) -> Delivered:
    """Post the same incidents to several services at once, and let them deliver."""
    outcome = Delivered()

    async def post_to_all() -> None:
        await asyncio.gather(*(_post(service, outcome, range(posts), None) for service in services))

    asyncio.run(post_to_all())
    _wait_for_tickets(outcome, cores_file)
    for service in services:
        service.interrupt()
    outcome.tickets, outcome.calls = tickets_in(cores_file)
    return outcome


def _wait_for_tickets(outcome: Delivered, cores_file: Path) -> None:
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        outcome.tickets, outcome.calls = tickets_in(cores_file)
        if not (outcome.missing("pager") or outcome.missing("desk")):
            return
        time.sleep(0.2)


async def _post(service: Service, outcome: Delivered, numbers: range, kill_after: int | None) -> None:
    left = iter(numbers)
    acknowledged = 0

    async def post(client: httpx.AsyncClient) -> None:
        nonlocal acknowledged
        for number in left:
            try:
                is_kept = await (_post_alerts if number % _ALERTS_EVERY == 0 else _post_ticket)(client, outcome, number)
            except httpx.TransportError:
                return
            acknowledged += is_kept
            if acknowledged == kill_after:
                service.kill()
                return

    async with asyncio.TaskGroup() as group, httpx.AsyncClient(base_url=service.url, timeout=30) as client:
        await asyncio.wait([group.create_task(post(client)) for _ in range(16)])


async def _post_ticket(client: httpx.AsyncClient, outcome: Delivered, number: int) -> bool:
    title = f"case {number}"
    answer = await client.post("/v1/incidents", json={"id": f"k{number}", "source": "desk", "title": title})
    if answer.status_code not in (200, 201):
        return False
    outcome.acknowledged.add(title)
    return True


async def _post_alerts(client: httpx.AsyncClient, outcome: Delivered, number: int) -> bool:
    """Have two alerts of one host fire in one notification, and every other time resolve in another one right after."""
    # Of letters, and about something that no other host has: numbers are masked, and the same words would be a burst.
    word = "".join(chr(ord("a") + int(digit)) for digit in str(number))
    alerts = [
        {
            "status": "firing",
            "labels": {"alertname": f"{word}{kind}", "instance": f"host-{number}"},
            "startsAt": "2026-11-23T10:00:00Z",
            "fingerprint": f"{word}{kind}",
        }
        for kind in ("First", _SECOND)
    ]
    answer = await client.post("/v1/alertmanager", json={"version": "4", "alerts": alerts})
    if answer.status_code != 200:
        return False
    outcome.acknowledged.add(f"{word}First")
    items = answer.json()["items"]
    may_be_over = number % (2 * _ALERTS_EVERY) == 0
    group = Group(f"{word}First", {item["id"] for item in items}, may_be_over)
    outcome.groups[items[0]["group"]["id"]] = group
    if not may_be_over:
        return True
    over = [alert | {"status": "resolved", "endsAt": "2026-11-23T10:05:00Z"} for alert in alerts]
    answer = await client.post("/v1/alertmanager", json={"version": "4", "alerts": over})
    group.is_over = answer.status_code == 200
    return True


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            httpx.get(url)
        except httpx.TransportError:
            assert process.poll() is None
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the cores did not come up")
