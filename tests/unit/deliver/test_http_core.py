"""What cores that take a message in one call have in common."""

from __future__ import annotations

import asyncio

import httpx
from tests.delivery import DESK, message
from tests.fakes import fixed_clock
from tests.web import FakeServer

from triage.deliver import Attempt, Verdict
from triage.deliver.http_core import HttpCore
from triage.flow import Message


class EchoCore(HttpCore):
    """Calls the core by the incident's own id."""

    async def _send(self, message: Message) -> str:
        response = await self._client.get(f"http://core/{message.content.triage.incident_id}")
        response.raise_for_status()
        return message.content.triage.incident_id


def test_call_becomes_an_attempt_whatever_comes_of_it() -> None:
    async def deliver(server: FakeServer) -> Attempt:
        core = EchoCore(DESK, httpx.AsyncClient(transport=server.transport), fixed_clock)
        attempt = await core.deliver(message())
        await core.close()
        return attempt

    assert asyncio.run(deliver(FakeServer())) == Attempt(Verdict.DELIVERED, ref="INC7")
    assert asyncio.run(deliver(FakeServer(lambda _: httpx.Response(500)))).verdict is Verdict.RETRY
