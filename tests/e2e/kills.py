"""Posts from many clients while the service is killed, and looks for every acknowledged incident afterwards."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from tests.e2e.service import Service

__all__ = ["Outcome", "post_and_kill"]


@dataclass(slots=True)
class Outcome:
    """What was acknowledged before the kill, and what of it was missing after a restart."""

    acknowledged: dict[str, dict[str, object]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)


def post_and_kill(home: Path, posts: int, clients: int, kill_after: int) -> Outcome:
    """Start a service, post from many clients, kill -9 its group once so many are acknowledged, restart and look.

    Parameters
    ----------
    home : Path
        With a trained model.
    posts, clients : int
        Incidents in all, and how many connections they are posted over at a time.
    kill_after : int
        Acknowledgements before the kill; less than ``posts``.
    """
    outcome = Outcome()
    with Service(home) as service:
        asyncio.run(_post_all(service, outcome, posts, clients, kill_after))
    with Service(home) as service, httpx.Client(base_url=service.url) as client:
        for number, answer in outcome.acknowledged.items():
            kept = client.get(f"/v1/incidents/{number}")
            if kept.status_code != 200:
                outcome.missing.append(number)
            elif kept.json()["predictions"] != answer["predictions"]:
                outcome.differing.append(number)
    return outcome


async def _post_all(service: Service, outcome: Outcome, posts: int, clients: int, kill_after: int) -> None:
    numbers = iter(range(posts))

    async def post(client: httpx.AsyncClient) -> None:
        for number in numbers:
            body = {"id": f"k{number}", "source": "desk", "short_description": f"vpn drops, case {number}"}
            try:
                answer = await client.post("/v1/incidents", json=body)
            except httpx.TransportError:
                return
            if answer.status_code == 201:
                outcome.acknowledged[f"k{number}"] = answer.json()
            if len(outcome.acknowledged) == kill_after:
                service.kill()
                return

    async with asyncio.TaskGroup() as group, httpx.AsyncClient(base_url=service.url, timeout=30) as client:
        tasks = [group.create_task(post(client)) for _ in range(clients)]
        await asyncio.wait(tasks)
