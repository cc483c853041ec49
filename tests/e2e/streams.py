"""A stream of metric batches, and a sender that keeps sending it in order through kills and restarts."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from tests.e2e.service import Service

__all__ = ["Sent", "batches", "send_all", "warnings_of"]

_ENTITIES = 12
_METRICS = ("cpu", "memory", "latency_ms")
_STEPS_A_BATCH = 5
_STEP_S = 300
_BEGIN_S = 1_790_000_000


@dataclass(slots=True)
class Sent:
    """What was acknowledged: points in all, and warnings as the answers named them."""

    accepted: int = 0
    warnings: list[str] = field(default_factory=list)


def batches(count: int) -> list[dict[str, list[object]]]:
    """Quiet series in which every entity has its turns of half an hour of trouble. Seeded."""
    generator = np.random.default_rng(7)
    made: list[dict[str, list[object]]] = []
    for number in range(count):
        columns: dict[str, list[object]] = {"entity": [], "metric": [], "timestamp": [], "value": []}
        for step in range(number * _STEPS_A_BATCH, (number + 1) * _STEPS_A_BATCH):
            for entity in range(_ENTITIES):
                is_troubled = step > 60 and (step + 17 * entity) % 120 < 6
                for metric in _METRICS:
                    columns["entity"].append(f"host-{entity}")
                    columns["metric"].append(metric)
                    columns["timestamp"].append(_BEGIN_S + step * _STEP_S)
                    columns["value"].append(float(generator.normal(20.0 if is_troubled else 0.0)))
        made.append(columns)
    return made


def send_all(home: Path, stream: list[dict[str, list[object]]], kills: Collection[int], stops: Collection[int]) -> Sent:
    """Send a stream from one client, in order, restarting the service after every kill and every stop.

    Parameters
    ----------
    home : Path
    stream : list of dict
    kills : collection of int
        Batches during which the service is killed with -9; what was not acknowledged is sent again.
    stops : collection of int
        Batches after which it is stopped as by Ctrl-C.
    """
    sent = Sent()
    left = list(enumerate(stream))
    while left:
        with Service(home) as service, httpx.Client(base_url=service.url, timeout=60) as client:
            while left and service.process.poll() is None:
                number, batch = left[0]
                killer = threading.Thread(target=service.kill)
                if number in kills:
                    killer.start()
                answer = _post(client, batch)
                if number in kills:
                    killer.join()
                    kills = [kill for kill in kills if kill != number]
                if answer is None:
                    break
                sent.accepted += answer["accepted"]
                sent.warnings += answer["warnings"]
                left.pop(0)
                if number in stops:
                    assert service.interrupt() == 0
    return sent


def warnings_of(home: Path) -> dict[str, Mapping[str, object]]:
    """Start the service once more, and read every warning with its triage."""
    with Service(home) as service, httpx.Client(base_url=service.url, timeout=60) as client:
        found: dict[str, Mapping[str, object]] = {}
        cursor: str | None = None
        while True:
            page = client.get("/v1/warnings", params={"limit": 7} | ({"cursor": cursor} if cursor else {})).json()
            for item in page["items"]:
                answer = client.get(f"/v1/incidents/{item['id']}").json()
                assert answer["source"] == "triage.watch"
                whole = client.get(f"/v1/warnings/{item['id']}").json()
                assert whole.pop("triage") == answer
                roots = whole.pop("root_causes")
                assert whole == item
                found[item["id"]] = item | {"root_causes": roots}
            cursor = page["next"]
            if cursor is None:
                return found


def _post(client: httpx.Client, batch: dict[str, list[object]]) -> dict[str, Any] | None:
    try:
        answer = client.post("/v1/metrics", json=batch)
    except httpx.TransportError:
        return None
    assert answer.status_code == 200, answer.text
    return dict(answer.json())
