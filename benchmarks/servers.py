"""Servers and commands that benchmarks run, each in a process group of its own. Measures nothing."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.load import MARK

__all__ = ["SAMPLE", "TARGETS", "TICKET", "serving", "triage"]

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


@contextmanager
def serving(home: Path, command: Sequence[str], more: Mapping[str, str]) -> Iterator[str]:
    """Run a server with some variables more, and give its address once it says it."""
    log = home / f"{time.time_ns()}.log"
    with log.open("w") as written:
        process = subprocess.Popen(
            command, env=_environment(home, more), cwd=_ROOT, stdout=written, stderr=written, start_new_session=True
        )
    try:
        yield _address(process, log)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def triage(home: Path, *words: str) -> None:
    """Give a command of ours."""
    subprocess.run([sys.executable, "-m", "triage", *words], env=_environment(home, {}), cwd=home, check=True)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    end = time.monotonic() + _START_S
    while time.monotonic() < end and process.poll() is None:
        found = _ADDRESS.search(log.read_text())
        if found:
            return found.group()
        time.sleep(0.05)
    raise SystemExit(f"A server did not start:\n{log.read_text()}")


def _environment(home: Path, more: Mapping[str, str]) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("TRIAGE_")}
    # Requests are not logged: what is compared with does not log either.
    return own | {"TRIAGE_HOME": str(home), "TRIAGE_LOG_LEVEL": "warning", **more}
