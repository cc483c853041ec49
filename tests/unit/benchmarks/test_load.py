"""The client that makes load."""

from __future__ import annotations

import json

from benchmarks.load import MARK, press
from starlette.types import Message, Receive, Scope, Send
from tests.loopback import serving


class Remembering:
    """Answers everything, and remembers the numbers that it was sent."""

    def __init__(self) -> None:
        self.ids: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        message: Message = await receive()
        self.ids.append(json.loads(message["body"])["id"])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"{}"})


def test_every_request_is_answered_counted_and_has_a_number_of_its_own() -> None:
    app = Remembering()
    with serving(app) as port:
        load = press(f"http://127.0.0.1:{port}/", json.dumps({"id": MARK}), clients=3, duration_s=1.0)
    assert load.per_s > 0
    assert 0 < load.p50_ms <= load.p99_ms
    assert len(set(app.ids)) == len(app.ids) >= 3
    assert MARK not in app.ids
