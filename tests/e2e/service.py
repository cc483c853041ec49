"""Starts, asks and kills a real service in a process group of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
# Generous: a shared machine may be busy; what is measured is measured elsewhere.
_START_S = 60.0


def environment(home: Path) -> dict[str, str]:
    """The environment of a command: this one's, with a home, and nothing of ours besides."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("TRIAGE_")}
    return own | {"TRIAGE_HOME": str(home)}


class Service:
    """A `triage serve` on a free loopback port."""

    def __init__(self, home: Path, *options: str) -> None:
        self.home = home
        self.log = home / f"serve-{time.time_ns()}.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "triage", "serve", "--port", "0", *options],
                env=environment(home),
                cwd=home,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.url = self._wait_for_address()

    def _wait_for_address(self) -> str:
        begin = time.monotonic()
        while time.monotonic() - begin < _START_S:
            found = _ADDRESS.findall(self.log.read_text())
            if found and self._is_ready(found[-1]):
                return str(found[-1])
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"the service did not come up:\n{self.log.read_text()}")

    @staticmethod
    def _is_ready(url: str) -> bool:
        try:
            return httpx.get(f"{url}/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def interrupt(self) -> int:
        """Send what Ctrl-C sends, and return the exit code."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(timeout=30)

    def kill(self) -> None:
        """Kill -9 the process group."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.kill()
