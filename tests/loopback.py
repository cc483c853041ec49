"""A real uvicorn server on loopback in a thread, and raw requests that client libraries refuse to send."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httptools
import uvicorn
from starlette.types import ASGIApp

from triage.api.wire import OneWriteProtocol

__all__ = ["RawResponse", "exchange", "serving"]


@contextmanager
def serving(app: ASGIApp) -> Iterator[int]:
    """Serve an app and give its port; stops gracefully."""
    config = uvicorn.Config(app, http=OneWriteProtocol, log_config=None, access_log=False, timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    # Listening before the thread starts: who connects early waits in the backlog, so nobody needs to poll.
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(timeout=20)
        listener.close()
    assert not thread.is_alive()


@dataclass
class RawResponse:
    """One response, as the parser calls it back."""

    status: int = 0
    body: bytes = b""
    is_complete: bool = False

    def __post_init__(self) -> None:
        self.headers: dict[str, str] = {}

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.decode().lower()] = value.decode()

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.is_complete = True


def exchange(port: int, request: bytes) -> RawResponse:
    """Send bytes as they are on a connection of their own, and read one response."""
    response = RawResponse()
    parser = httptools.HttpResponseParser(response)
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request)
        while not response.is_complete:
            data = connection.recv(65536)
            assert data, f"the server closed the connection after {response}"
            parser.feed_data(data)
    response.status = parser.get_status_code()
    return response
