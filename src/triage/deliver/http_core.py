"""What cores that take a message in one call over HTTP have in common. It knows no wire format."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime

import httpx

from triage.deliver.attempts import Attempt, attempted
from triage.deliver.destinations import Destination
from triage.flow import Message

__all__ = ["HttpCore"]


class HttpCore(ABC):
    """One destination, a call a message.

    Parameters
    ----------
    destination : Destination
    client : httpx.AsyncClient
        Closed with the core.
    clock : callable returning datetime
        The present (aware, UTC).
    """

    def __init__(self, destination: Destination, client: httpx.AsyncClient, clock: Callable[[], datetime]) -> None:
        self._destination = destination
        self._client = client
        self._clock = clock

    async def deliver(self, message: Message) -> Attempt:
        """Send a message; whatever comes of it is an attempt, not an error."""
        return await attempted(self._send(message), self._clock)

    async def close(self) -> None:
        """Let connections go."""
        await self._client.aclose()

    @abstractmethod
    async def _send(self, message: Message) -> str:
        """Send it, and return what the core calls the incident; raises what httpx raises."""
