"""Load on HTTP servers: many clients that each send the next request when the last is answered. Judges no answer."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

__all__ = ["MARK", "Load", "client_name", "press"]

# Stands for a number that no other request has.
MARK = "@@"
_LUA = """
local count, thread = 0, 0
function setup(t) thread = thread + 1; t:set("id", thread) end
function request()
  count = count + 1
  local one = string.gsub(body, "@@", id .. "-" .. count .. "-" .. run)
  return wrk.format("POST", nil, {["content-type"] = "application/json"}, one)
end
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What a server took: requests a second, and the median and 99th percentile of their times in ms."""

    per_s: float
    p50_ms: float
    p99_ms: float


def client_name() -> str:
    """Say what makes the load."""
    return "wrk" if shutil.which("wrk") else "an asyncio client of our own, which takes a core itself"


def press(url: str, body: str, clients: int, duration_s: float) -> Load:
    """Post a body from some clients for a while; each `MARK` in it becomes another number every time."""
    if shutil.which("wrk"):
        return _wrk(url, body, clients, duration_s)
    return asyncio.run(_asyncio(url, body, clients, duration_s))


def _wrk(url: str, body: str, clients: int, duration_s: float) -> Load:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "post.lua"
        script.write_text(f"body = {json.dumps(body)}\nrun = '{time.time_ns()}'\n{_LUA}", encoding="utf-8")
        command = ["wrk", "-t1", f"-c{clients}", f"-d{duration_s:.0f}s", "--latency", "-s", str(script), url]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said:
        raise SystemExit(f"{url} refused requests:\n{said}")
    per_s = re.search(r"Requests/sec:\s+([\d.]+)", said)
    times = {share: _ms(*found) for share, *found in re.findall(r"(\d\d)%\s+([\d.]+)(us|ms|s)", said)}
    assert per_s is not None
    return Load(float(per_s.group(1)), times["50"], times["99"])


def _ms(number: str, unit: str) -> float:
    return float(number) * {"us": 1e-3, "ms": 1.0, "s": 1e3}[unit]


async def _asyncio(url: str, body: str, clients: int, duration_s: float) -> Load:
    parts = urlsplit(url)
    times: list[float] = []
    numbers = iter(range(10**12))
    run = time.time_ns()
    end = time.perf_counter() + duration_s

    def to_request() -> bytes:
        content = body.replace(MARK, f"{run}-{next(numbers)}").encode()
        head = f"POST {parts.path or '/'}?{parts.query} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        return f"{head}content-length: {len(content)}\r\n\r\n".encode() + content

    begin = time.perf_counter()
    await asyncio.gather(*(_one(str(parts.hostname), parts.port or 80, to_request, end, times) for _ in range(clients)))
    took_s = time.perf_counter() - begin
    p50, p99 = np.percentile(times, [50, 99]) * 1e3
    return Load(len(times) / took_s, float(p50), float(p99))


async def _one(host: str, port: int, to_request: Callable[[], bytes], end: float, times: list[float]) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    while (sent := time.perf_counter()) < end:
        writer.write(to_request())
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
        if length is None or not head.startswith(b"HTTP/1.1 2"):
            raise SystemExit(f"A server under load said {head[:200]!r}.")
        await reader.readexactly(int(length.group(1)))
        times.append(time.perf_counter() - sent)
    writer.close()
    await writer.wait_closed()
