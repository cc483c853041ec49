"""Servers and commands that benchmarks run, each in a process group of its own. Measures nothing."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.load import MARK

__all__ = ["SAMPLE", "TARGETS", "TICKET", "Server", "serving", "triage"]

_ROOT = Path(__file__).parents[1]
SAMPLE = _ROOT / "data" / "sample" / "tickets.csv"
TARGETS = "category,assignment_group,urgency"
TICKET = {
    "id": MARK,
    "source": "bench",
    "short_description": "VPN drops every few minutes since the update",
    "description": "Since this morning the connection to the office breaks off again and again. I restarted twice.",
}
_START_S = 120.0
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs: its address, its process, and how long it took to answer there, in seconds."""

    url: str
    process: int
    start_s: float


@contextmanager
def serving(home: Path, command: Sequence[str], more: Mapping[str, str]) -> Iterator[Server]:
    """Run a server with some variables more, until it is no longer needed."""
    log = home / f"{time.time_ns()}.log"
    begin = time.monotonic()
    with log.open("w") as written:
        process = subprocess.Popen(
            command, env=_environment(home, more), cwd=_ROOT, stdout=written, stderr=written, start_new_session=True
        )
    try:
        url = _address(process, log)
        yield Server(url, process.pid, time.monotonic() - begin)
    finally:
        # One that did not start is gone already.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def triage(home: Path, *words: str) -> None:
    """Give a command of ours."""
    subprocess.run([sys.executable, "-m", "triage", *words], env=_environment(home, {}), cwd=home, check=True)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    end = time.monotonic() + _START_S
    while time.monotonic() < end and process.poll() is None:
        found = _ADDRESS.search(log.read_text())
        if found and _is_open(found.group()):
            return found.group()
        time.sleep(0.05)
    raise SystemExit(f"A server did not start:\n{log.read_text()}")


def _is_open(url: str) -> bool:
    # Some servers print their address before they listen.
    try:
        httpx.get(url, timeout=5.0)
    except httpx.TransportError:
        return False
    return True


def _environment(home: Path, more: Mapping[str, str]) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("TRIAGE_")}
    # Requests are not logged: what is compared with does not log either.
    return own | {"TRIAGE_HOME": str(home), "TRIAGE_LOG_LEVEL": "warning", **more}
