"""A real Alertmanager and a real Prometheus, on loopback, in process groups of their own; from Debian's packages."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

ALERTMANAGER = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
PROMETHEUS = shutil.which("prometheus")

# Generous: a shared machine may be busy.
_WAIT_S = 60.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    begin = time.monotonic()
    while time.monotonic() - begin < _WAIT_S:
        try:
            if is_so():
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"{what} did not happen within {_WAIT_S} s")


@contextmanager
def _running(command: Sequence[str], folder: Path, ready: str) -> Iterator[None]:
    with (folder / f"{Path(command[0]).name}.log").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, start_new_session=True)
    try:
        wait_until(lambda: httpx.get(ready).status_code == 200, f"{command[0]} to be ready")
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)


@contextmanager
def alertmanager(folder: Path, webhook: str) -> Iterator[str]:
    """Run an Alertmanager that notifies a webhook; gives its address."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "alertmanager.yml"
    config.write_text(
        "route:\n  receiver: triage\n  group_by: [alertname]\n"
        "  group_wait: 1s\n  group_interval: 1s\n  repeat_interval: 1h\n"
        f"receivers:\n  - name: triage\n    webhook_configs:\n      - url: {webhook}\n        send_resolved: true\n"
    )
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [
        str(ALERTMANAGER),
        f"--config.file={config}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--web.external-url=http://alertmanager.example:9093/",
        "--web.route-prefix=/",
        "--cluster.listen-address=",
    ]
    with _running(command, folder, f"{url}/-/ready"):
        yield url


@contextmanager
def prometheus(folder: Path, target: str, remote_write: str, message: str = "prometheus.WriteRequest") -> Iterator[str]:
    """Run a Prometheus that scrapes a target every second and writes messages to a receiver; gives its address."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "prometheus.yml"
    config.write_text(
        "global:\n  scrape_interval: 1s\n  external_labels: {cluster: test}\n"
        "scrape_configs:\n  - job_name: demo\n"
        f"    static_configs:\n      - targets: ['{target}']\n"
        "    relabel_configs:\n      - {target_label: instance, replacement: 'demo-1:8080'}\n"
        f"remote_write:\n  - url: {remote_write}\n    metadata_config: {{send_interval: 2s}}\n"
        "    queue_config: {batch_send_deadline: 1s}\n"
        + (
            ""
            if message == "prometheus.WriteRequest"
            else f"    protobuf_message: {message}\n    send_exemplars: true\n"
        )
    )
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [
        str(PROMETHEUS),
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--enable-feature=exemplar-storage",
    ]
    with _running(command, folder, f"{url}/-/ready"):
        yield url


def prometheus_version() -> tuple[int, int]:
    """Return the version of the Prometheus at hand; (0, 0) if there is none."""
    if PROMETHEUS is None:
        return 0, 0
    said = subprocess.run([PROMETHEUS, "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"version (\d+)\.(\d+)", said.stdout + said.stderr)
    assert found is not None
    return int(found[1]), int(found[2])


class Target:
    """Something to scrape: a gauge, a counter, and a series that can be taken away, which makes it stale."""

    def __init__(self) -> None:
        self.scrapes = 0
        self.has_disk = True

    def exposition(self) -> str:
        self.scrapes += 1
        disk = '# TYPE demo_disk_free gauge\ndemo_disk_free{disk="D:"} 0.02\n' if self.has_disk else ""
        return (
            "# HELP demo_load Made for this.\n# TYPE demo_load gauge\ndemo_load 0.5\n"
            f'# TYPE demo_requests counter\ndemo_requests_total {self.scrapes} # {{trace_id="4bf92f"}} 1\n{disk}# EOF\n'
        )


@contextmanager
def serving(target: Target) -> Iterator[str]:
    """Serve a target; gives host and port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = target.exposition().encode()
            self.send_response(200)
            self.send_header("content-type", "application/openmetrics-text; version=1.0.0; charset=utf-8")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)
