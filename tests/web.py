"""A web server in this process, for what speaks HTTP through a client that takes a transport."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

__all__ = ["FakeServer"]


@dataclass
class FakeServer:
    """Answers every request by a function, and remembers it."""

    answer: Callable[[httpx.Request], httpx.Response] = lambda _: httpx.Response(200, json={})
    requests: list[httpx.Request] = field(default_factory=list)

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._handle)

    @property
    def bodies(self) -> list[Any]:
        """The JSON bodies that came in; None for a request without one."""
        return [json.loads(request.content) if request.content else None for request in self.requests]

    @property
    def calls(self) -> list[str]:
        """Method and path of every request."""
        return [f"{request.method} {request.url.path}" for request in self.requests]

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.answer(request)
