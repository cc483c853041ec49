"""Middleware around every request: how it went is counted, timed and logged. It must not change the answer's body."""

from __future__ import annotations

import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from triage.api.headers import SAFETY_HEADERS
from triage.api.metrics import Metrics

__all__ = ["Recorder", "RequestRecorder"]

_SAFETY = [(name.encode(), value.encode()) for name, value in SAFETY_HEADERS.items()]


class Recorder:
    """Counts, times and logs requests by the template of their route.

    Parameters
    ----------
    metrics : Metrics
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        # Bound once: else whether a level is logged at all is asked anew at every line.
        self._log = structlog.get_logger(__name__).bind()

    def record(self, scope: Scope, route: str, status: int, started: float) -> None:
        """Record a request that was answered and that began at ``started`` of `time.perf_counter`."""
        duration_s = time.perf_counter() - started
        self._metrics.count_request(scope["method"], route, status, duration_s)
        self._log.info(
            "request",
            method=scope["method"],
            path=scope["path"],
            route=route,
            status=status,
            duration_ms=round(duration_s * 1000, 3),
        )


class RequestRecorder:
    """Records requests, and adds the headers that all responses carry.

    Parameters
    ----------
    app : ASGIApp
        What it is put around.
    recorder : Recorder
    """

    def __init__(self, app: ASGIApp, recorder: Recorder) -> None:
        self._app = app
        self._recorder = recorder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        # Stands if the app fails before it answers: the last handler is outside of this.
        status = 500

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], *_SAFETY]
            await send(message)

        try:
            await self._app(scope, receive, send_marked)
        finally:
            route = getattr(scope.get("route"), "path", "unmatched")
            self._recorder.record(scope, route, status, started)
