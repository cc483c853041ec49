"""The service under load: requests a second as ratios to servers that do less, or the same naively, in one run."""

from __future__ import annotations

import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import orjson

from benchmarks.load import Load, client_name, press
from benchmarks.report import ResultTable
from benchmarks.servers import SAMPLE, TARGETS, TICKET, serving, triage

__all__ = ["run"]

_CLIENTS = (1, 8, 64)
_ROUNDS = 3
_PRESS_S = 2.0
_SERIES, _STEPS = 10_000, 100
_STEPS_A_BATCH = (1, 10, 100)
_MORE = {"BENCH_TICKETS": str(SAMPLE), "BENCH_TARGETS": TARGETS}


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    url: str


def run(is_final: bool) -> list[ResultTable]:
    """Measure requests and points; no data is needed, so a final run is no different."""
    del is_final
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        home = Path(folder)
        print("Serving: training on the sample", flush=True)
        triage(home, "train", "incidents", str(SAMPLE), "--target", TARGETS, "--name", "sample", "--effort", "quick")
        service = running.enter_context(serving(home, [sys.executable, "-m", "triage", "serve", "--port", "0"], _MORE))
        rows = [
            _Row("bare ASGI echo", running.enter_context(_peer(home, "bare_echo"))),
            _Row("FastAPI echo", running.enter_context(_peer(home, "fastapi_echo", "--factory"))),
            _Row("FastAPI, a scikit-learn pipeline a target", running.enter_context(_peer(home, "naive", "--factory"))),
            _Row("**triage**, `?dry_run=true`", f"{service}/v1/incidents?dry_run=true"),
            _Row("**triage**, committed", f"{service}/v1/incidents"),
        ]
        requests = _requests(rows)
        points = _points(service)
    return [requests, points]


def _requests(rows: Sequence[_Row]) -> ResultTable:
    """Press every server in turn, round by round, so that what else the machine does strikes all alike."""
    body = orjson.dumps(TICKET).decode()
    for row in rows:
        press(row.url, body, 8, 1.0)
    seen: dict[tuple[str, int], list[Load]] = {}
    for number in range(_ROUNDS):
        print(f"Serving: round {number + 1} of {_ROUNDS}", flush=True)
        for clients in _CLIENTS:
            for row in rows:
                seen.setdefault((row.name, clients), []).append(press(row.url, body, clients, _PRESS_S))
    cells = tuple(
        (row.name, *(cell for clients in _CLIENTS for cell in _cells(seen, row.name, clients, rows))) for row in rows
    )
    return ResultTable(
        "serving",
        "Requests a second",
        f"A ticket of 25 words posted by 1, 8 and 64 clients ({client_name()}), three targets ({TARGETS}) learnt "
        f"from the sample; medians of {_ROUNDS} interleaved rounds of {_PRESS_S:.0f} s. `echo` is the ratio to the "
        "bare ASGI echo of the same round, `FastAPI` that to the FastAPI echo.",
        ("row", *(f"{what}, {clients}" for clients in _CLIENTS for what in ("a second", "echo", "FastAPI", "p99 ms"))),
        cells,
    )


def _cells(seen: Mapping[tuple[str, int], list[Load]], name: str, clients: int, rows: Sequence[_Row]) -> list[str]:
    loads = seen[name, clients]
    ratios = [
        statistics.median(
            load.per_s / echo.per_s for load, echo in zip(loads, seen[rows[reference].name, clients], strict=True)
        )
        for reference in (0, 1)
    ]
    per_s = statistics.median(load.per_s for load in loads)
    p99_ms = statistics.median(load.p99_ms for load in loads)
    return [f"{per_s:,.0f}", *(f"{ratio:.3f}" for ratio in ratios), f"{p99_ms:.1f}"]


def _points(service: str) -> ResultTable:
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


@contextmanager
def _peer(home: Path, app: str, *options: str) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", f"benchmarks.peers:{app}", "--port", str(port), "--no-access-log"]
    with serving(home, [*command, *options], _MORE) as url:
        yield url
