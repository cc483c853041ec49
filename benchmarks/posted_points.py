"""Metrics posted to the service: points a second in batches of several sizes. Starts no service."""

from __future__ import annotations

import statistics
import time

import httpx
import numpy as np
import orjson

from benchmarks.report import ResultTable

__all__ = ["post_points"]

_ROUNDS = 3
_SERIES, _STEPS = 10_000, 100
_STEPS_A_BATCH = (1, 10, 100)


def post_points(service: str) -> ResultTable:
    """Post 10,000 series x 100 points from one client, in batches of several sizes."""
    generator = np.random.default_rng(0)
    rows: list[tuple[str, ...]] = []
    step = 0
    with httpx.Client(base_url=service, timeout=300, headers={"content-type": "application/json"}) as client:
        # The kernel is loaded, and every series known, before anything is timed.
        _post(client, _columns(generator, range(1)))
        for steps in _STEPS_A_BATCH:
            rates: list[float] = []
            for _ in range(_ROUNDS):
                bodies = []
                for _ in range(_STEPS // steps):
                    bodies.append(_columns(generator, range(step + 1, step + steps + 1)))
                    step += steps
                begin = time.perf_counter()
                for body in bodies:
                    _post(client, body)
                rates.append(_SERIES * _STEPS / (time.perf_counter() - begin))
            print(f"Serving: {steps * _SERIES:,} points a batch", flush=True)
            size = f"{steps * _SERIES:,}"
            rows.append((size, *(f"{rate:,.0f}" for rate in (statistics.median(rates), min(rates), max(rates)))))
    return ResultTable(
        "points",
        "Points a second through `POST /v1/metrics`",
        f"{_SERIES:,} series x {_STEPS} points of noise as JSON columns with ISO 8601 timestamps, from one client that "
        f"waits for each answer: parsed, committed, watched, warnings committed. {_ROUNDS} rounds.",
        ("points a batch", "points/s, median", "lowest", "highest"),
        tuple(rows),
    )


def _columns(generator: np.random.Generator, steps: range) -> bytes:
    entity = [f"host-{number // 10:04d}" for number in range(_SERIES)]
    metric = [f"metric-{number % 10}" for number in range(_SERIES)]
    moments = np.datetime64("2026-11-23T00:00:00") + np.array(steps) * np.timedelta64(60, "s")
    timestamp = [f"{moment}Z" for moment in moments.astype(str).tolist() for _ in range(_SERIES)]
    value = generator.normal(size=_SERIES * len(steps)).round(4).tolist()
    n = len(steps)
    return orjson.dumps({"entity": entity * n, "metric": metric * n, "timestamp": timestamp, "value": value})


def _post(client: httpx.Client, body: bytes) -> None:
    client.post("/v1/metrics", content=body).raise_for_status()
