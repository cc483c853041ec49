"""The service under load: requests a second as ratios to servers that do less, or the same naively, in one run."""

from __future__ import annotations

import os
import re
import socket
import statistics
import subprocess
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
import pandas as pd

from benchmarks.load import Load, client_name, press
from benchmarks.report import ResultTable
from benchmarks.servers import SAMPLE, TARGETS, TICKET, Server, serving, triage

__all__ = ["run"]

_CLIENTS = (1, 8, 64)
_ROUNDS = 3
_PRESS_S = 2.0
# The simulation adds incidents of its faults.
_MANY = 25_000
_SERIES, _STEPS = 10_000, 100
_STEPS_A_BATCH = (1, 10, 100)
# MLflow calls uvicorn by its name.
_PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
_MORE = {"BENCH_TICKETS": str(SAMPLE), "BENCH_TARGETS": TARGETS, "PATH": _PATH}


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    url: str
    body: str
    process: int
    rounds: int = _ROUNDS


def run(is_final: bool) -> list[ResultTable]:
    """Measure requests and points; no data is needed, so a final run is no different."""
    del is_final
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        home = Path(folder)
        service = running.enter_context(_service(home / "heads", _without_endings(home)))
        ready = _readiness(service)
        whole = running.enter_context(_service(home / "whole", _many_tickets(home)))
        body = orjson.dumps(TICKET).decode()
        incidents = f"{service.url}/v1/incidents"
        rows = [
            _peer_row("bare ASGI echo", running.enter_context(_peer(home, "bare_echo")), body),
            _peer_row("FastAPI echo", running.enter_context(_peer(home, "fastapi_echo", "--factory")), body),
            _peer_row(
                "FastAPI, a scikit-learn pipeline a target",
                running.enter_context(_peer(home, "naive", "--factory")),
                body,
            ),
            _mlflow_row(running.enter_context(_mlflow(home))),
            _Row(
                "**triage**, `?dry_run=true`, heads and reasons",
                f"{incidents}?dry_run=true&precedents=0",
                body,
                service.process,
            ),
            _Row(
                f"**triage**, `?dry_run=true`, duration and 3 precedents among {_MANY:,}",
                f"{whole.url}/v1/incidents?dry_run=true",
                body,
                whole.process,
            ),
            _Row("**triage**, committed, without precedents", f"{incidents}?precedents=0", body, service.process),
        ]
        requests = _requests(rows)
        points = _points(service.url)
    return [requests, ready, points]


@contextmanager
def _service(home: Path, tickets: Path) -> Iterator[Server]:
    """Train on tickets, and serve what was learnt."""
    print(f"Serving: training on {tickets.name}", flush=True)
    home.mkdir()
    triage(home, "train", "incidents", str(tickets), "--target", TARGETS, "--name", "bench", "--effort", "quick")
    serve = [sys.executable, "-m", "triage", "serve", "--port", "0"]
    with serving(home, serve, _MORE):
        # The kernels of this machine are on disk from here on.
        pass
    with serving(home, serve, _MORE) as server:
        yield server


def _without_endings(home: Path) -> Path:
    """Write the sample without what tells how incidents ended: nothing can be learnt of durations and fixes."""
    path = home / "sample.csv"
    pd.read_csv(SAMPLE, dtype=str, keep_default_na=False).drop(columns=["resolved_at", "fix"]).to_csv(path, index=False)
    return path


def _many_tickets(home: Path) -> Path:
    """Write as many tickets as a desk of some hundred people has in a year."""
    triage(home, "simulate", str(home / "estate"), "--days", "1", "--tickets", str(_MANY))
    return home / "estate" / "tickets.csv"


def _peer_row(name: str, server: Server, body: str) -> _Row:
    return _Row(name, server.url, body, server.process)


def _mlflow_row(server: Server) -> _Row:
    text = f"{TICKET['short_description']} {TICKET['description']}"
    body = orjson.dumps({"inputs": [text]}).decode()
    return _Row(
        "`mlflow models serve`, the first target's pipeline", f"{server.url}/invocations", body, server.process, 1
    )


def _readiness(service: Server) -> ResultTable:
    """Read the memory after the first answers, and say how long the start took."""
    press(f"{service.url}/v1/incidents?dry_run=true", orjson.dumps(TICKET).decode(), 8, 1.0)
    status = Path(f"/proc/{service.process}/status").read_text()
    resident = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert resident is not None
    return ResultTable(
        "ready",
        "Start and memory",
        "From the start of the process until it serves, with compiled kernels on disk; resident memory after a second "
        "of requests.",
        ("model", "ready after, s", "resident, MB"),
        (
            (
                f"the sample's three targets ({TARGETS}), no duration",
                f"{service.start_s:.1f}",
                f"{int(resident[1]) / 1000:.0f}",
            ),
        ),
    )


def _requests(rows: Sequence[_Row]) -> ResultTable:
    """Press every server in turn, round by round, so that what else the machine does strikes all alike."""
    for row in rows:
        press(row.url, row.body, 8, 1.0)
    seen: dict[tuple[str, int], list[Load]] = {}
    cpu_us: dict[str, list[float]] = {}
    for number in range(_ROUNDS):
        print(f"Serving: round {number + 1} of {_ROUNDS}", flush=True)
        for clients in _CLIENTS:
            for row in (row for row in rows if number < row.rounds):
                begin = _cpu_s(row.process)
                load = press(row.url, row.body, clients, _PRESS_S)
                cpu_us.setdefault(row.name, []).append((_cpu_s(row.process) - begin) / (load.per_s * _PRESS_S) * 1e6)
                seen.setdefault((row.name, clients), []).append(load)
    cells = tuple(
        (
            row.name,
            *(cell for clients in _CLIENTS for cell in _cells(seen, row.name, clients, rows)),
            f"{statistics.median(cpu_us[row.name]):,.0f}",
        )
        for row in rows
    )
    columns = ("a second", "echo", "FastAPI", "p50 ms", "p99 ms")
    return ResultTable(
        "serving",
        "Requests a second",
        f"A ticket of 25 words posted by 1, 8 and 64 clients ({client_name()}), three targets ({TARGETS}) learnt "
        f"from the sample, or from {_MANY:,} simulated tickets with their endings; medians of {_ROUNDS} interleaved "
        f"rounds of {_PRESS_S:.0f} s, of MLflow one round. `echo` is "
        "the ratio to the bare ASGI echo of the same round, `FastAPI` that to the FastAPI echo. CPU is that of the "
        "server's processes for one request: what else the machine does moves it least.",
        ("row", *(f"{what}, {clients}" for clients in _CLIENTS for what in columns), "CPU us a request"),
        cells,
    )


def _cpu_s(process: int) -> float:
    """Return what a process and its children have used, in seconds."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return own + sum(_cpu_s(int(child)) for child in children)


def _cells(seen: Mapping[tuple[str, int], list[Load]], name: str, clients: int, rows: Sequence[_Row]) -> list[str]:
    loads = seen[name, clients]
    ratios = [
        statistics.median(
            # A row of fewer rounds has the first of them.
            load.per_s / echo.per_s
            for load, echo in zip(loads, seen[rows[reference].name, clients], strict=False)
        )
        for reference in (0, 1)
    ]
    per_s = statistics.median(load.per_s for load in loads)
    p50_ms, p99_ms = (
        statistics.median(times) for times in zip(*((load.p50_ms, load.p99_ms) for load in loads), strict=True)
    )
    return [f"{per_s:,.0f}", *(f"{ratio:.4f}" for ratio in ratios), f"{p50_ms:.1f}", f"{p99_ms:.1f}"]


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
def _peer(home: Path, app: str, *options: str) -> Iterator[Server]:
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        f"benchmarks.peers:{app}",
        "--port",
        str(_free_port()),
        "--no-access-log",
    ]
    with serving(home, [*command, *options], _MORE) as server:
        yield server


@contextmanager
def _mlflow(home: Path) -> Iterator[Server]:
    """Save the naive service's first pipeline as MLflow's own tools do, and serve it by MLflow."""
    folder = home / "mlflow-model"
    program = f"from benchmarks.peers import save_for_mlflow; save_for_mlflow({str(folder)!r})"
    subprocess.run([sys.executable, "-c", program], env=os.environ | _MORE, cwd=Path(__file__).parents[1], check=True)
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", str(folder), "--env-manager", "local"]
    with serving(home, [*command, "--port", str(_free_port()), "--workers", "1"], _MORE) as server:
        yield server


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
