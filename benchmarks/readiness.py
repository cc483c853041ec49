"""How soon a service answers after its start, and what it holds in memory, on models of tickets of 60 words."""

from __future__ import annotations

import http.client
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import orjson
import pandas as pd

from benchmarks.load import MARK, press
from benchmarks.report import ResultTable
from benchmarks.servers import Server, serving, triage
from benchmarks.word_tickets import LABELS, make_history

__all__ = ["HEADS", "MANY", "ROWS", "WHOLE", "as_event", "learnt_and_asked", "readiness", "run", "serve_learnt"]

# Tickets that are learnt from, and how many of them are then asked about, each once.
MANY, _DIFFERENT = 25_000, 20_000
HEADS, WHOLE = "heads", "whole"
ROWS = {
    HEADS: "**triage**, `?dry_run=true`, heads and reasons",
    WHOLE: f"**triage**, `?dry_run=true`, duration and 3 precedents among {MANY:,}",
}
_TEXTS = ["short_description", "description"]


def run(is_final: bool) -> list[ResultTable]:
    """Measure starts and memory alone; no data is needed, so a final run is no different."""
    del is_final
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        past, _ = learnt_and_asked()
        services = {name: running.enter_context(serve_learnt(Path(folder) / name, past)) for name in ROWS}
        return [readiness(services, past)]


def learnt_and_asked() -> tuple[pd.DataFrame, Mapping[str, str]]:
    """Return a history to learn from, and the texts of a ticket that came after it."""
    *past, fresh = make_history(MANY + 1).to_dict("records")
    return pd.DataFrame(past), {name: str(fresh[name]) for name in _TEXTS}


def as_event(ticket: Mapping[str, str]) -> str:
    """Return what is posted of a ticket's texts."""
    return orjson.dumps({"id": MARK, "source": "bench", **ticket}).decode()


@contextmanager
def serve_learnt(home: Path, history: pd.DataFrame) -> Iterator[Server]:
    """Train on a history what the folder's name says, and serve what was learnt."""
    print(f"Serving: training for {home.name}", flush=True)
    home.mkdir()
    tickets = home / "tickets.csv"
    # Without what tells how incidents ended, nothing can be learnt of durations and fixes.
    told = history.drop(columns=["resolved_at", "fix"]) if home.name == HEADS else history
    told.to_csv(tickets, index=False)
    targets = ",".join(LABELS)
    triage(home, "train", "incidents", str(tickets), "--target", targets, "--name", "bench", "--effort", "quick")
    serve = [sys.executable, "-m", "triage", "serve", "--port", "0"]
    with serving(home, serve, {}):
        # The kernels of this machine are on disk from here on.
        pass
    with serving(home, serve, {}) as server:
        yield server


def readiness(services: Mapping[str, Server], past: pd.DataFrame) -> ResultTable:
    """Read the memory after the first answers and after many, and say how long the starts took."""
    bodies = [as_event(dict(zip(_TEXTS, texts, strict=True))) for texts in past[_TEXTS].head(_DIFFERENT).to_numpy()]
    rows = []
    for name, service in services.items():
        press(f"{service.url}/v1/incidents?dry_run=true", bodies[0], 8, 1.0)
        first_mb = _memory_mb(service, "VmRSS")
        _ask(service, bodies)
        memory = (first_mb, _memory_mb(service, "VmRSS"), _memory_mb(service, "VmHWM"))
        rows.append((ROWS[name], f"{service.start_s:.1f}", *(f"{each:.0f}" for each in memory)))
    return ResultTable(
        "ready",
        "Start and memory",
        "From the start of the process until it serves, with compiled kernels on disk; resident memory after a second "
        f"of requests, and after {_DIFFERENT:,} tickets, none twice; the most that it was, which is while the model is "
        "loaded. Models as in the table above.",
        ("model", "ready after, s", "resident, MB", f"after {_DIFFERENT:,} tickets, MB", "at most, MB"),
        tuple(rows),
    )


def _ask(service: Server, bodies: list[str]) -> None:
    connection = http.client.HTTPConnection(service.url.removeprefix("http://"))
    for body in bodies:
        connection.request("POST", "/v1/incidents?dry_run=true", body, {"content-type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != http.client.OK:
            raise SystemExit(f"A server asked about a ticket said {answer.status}.")
    connection.close()


def _memory_mb(service: Server, which: str) -> float:
    found = re.search(rf"{which}:\s+(\d+) kB", Path(f"/proc/{service.process}/status").read_text())
    assert found is not None
    return int(found[1]) / 1000
