"""The service under load: requests a second as ratios to servers that do less, or the same naively, in one run."""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from benchmarks.load import Load, client_name, press
from benchmarks.peers import LEARNERS
from benchmarks.posted_points import post_points
from benchmarks.readiness import HEADS, MANY, ROWS, WHOLE, as_event, learnt_and_asked, readiness, serve_learnt
from benchmarks.report import ResultTable
from benchmarks.servers import Server, serving
from benchmarks.word_tickets import LABELS, WORDS

__all__ = ["run"]

_CLIENTS = (1, 8, 64)
_ROUNDS = 3
_PRESS_S = 2.0
# MLflow calls uvicorn by its name.
_PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"


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
        past, ticket = learnt_and_asked()
        heads, whole = (running.enter_context(serve_learnt(home / name, past)) for name in (HEADS, WHOLE))
        more = {"PATH": _PATH, "BENCH_PEERS": str(_fit_peers(home))}
        body = as_event(ticket)
        incidents = f"{heads.url}/v1/incidents"
        peers = {
            "bare ASGI echo": _peer(home, more, "bare_echo"),
            "FastAPI echo": _peer(home, more, "fastapi_echo", "--factory"),
            "FastAPI, a scikit-learn pipeline a target": _peer(home, more, "naive", "--factory"),
        }
        text = orjson.dumps({"inputs": [" ".join(ticket.values())]}).decode()
        rows = [
            *(_peer_row(name, running.enter_context(peer), body) for name, peer in peers.items()),
            *(_mlflow_row(name, running.enter_context(_mlflow(home, more, name)), text) for name in LEARNERS),
            _Row(ROWS[HEADS], f"{incidents}?dry_run=true&precedents=0", body, heads.process),
            _Row(ROWS[WHOLE], f"{whole.url}/v1/incidents?dry_run=true", body, whole.process),
            _Row("**triage**, committed, without precedents", f"{incidents}?precedents=0", body, heads.process),
        ]
        ready = readiness({HEADS: heads, WHOLE: whole}, past)
        return [_requests(rows), ready, post_points(heads.url)]


def _fit_peers(home: Path) -> Path:
    print("Serving: fitting what is compared with", flush=True)
    folder = home / "peers"
    folder.mkdir()
    arguments = (str(home / "heads" / "tickets.csv"), list(LABELS), str(folder))
    program = f"from benchmarks.peers import fit_peers; fit_peers{arguments!r}"
    subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[1], check=True)
    return folder


def _peer_row(name: str, server: Server, body: str) -> _Row:
    return _Row(name, server.url, body, server.process)


def _mlflow_row(learner: str, server: Server, body: str) -> _Row:
    return _Row(f"`mlflow models serve`, {learner}", f"{server.url}/invocations", body, server.process, 1)


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
        f"A ticket of {WORDS} words posted again and again by 1, 8 and 64 clients ({client_name()}); three targets "
        f"({', '.join(f'{target}: {n} labels' for target, n in LABELS.items())}) learnt by effort quick from {MANY:,} "
        "made tickets, by every row from the same ones; the peers' features are the TF-IDF of words and pairs of "
        f"words. Medians of {_ROUNDS} interleaved rounds of {_PRESS_S:.0f} s, of MLflow one round. `echo` is "
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


@contextmanager
def _peer(home: Path, more: Mapping[str, str], app: str, *options: str) -> Iterator[Server]:
    command = [sys.executable, "-m", "uvicorn", f"benchmarks.peers:{app}", "--port", str(_free_port())]
    with serving(home, [*command, "--no-access-log", *options], more) as server:
        yield server


@contextmanager
def _mlflow(home: Path, more: Mapping[str, str], learner: str) -> Iterator[Server]:
    model = str(home / "peers" / learner)
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", model, "--env-manager", "local"]
    with serving(home, [*command, "--port", str(_free_port()), "--workers", "1"], more) as server:
        yield server


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
