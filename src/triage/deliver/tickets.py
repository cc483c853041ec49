"""Ticket systems have no idempotent create: look up by our key before creating again, then create or update."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import httpx

from triage.deliver.attempts import Attempt, attempted
from triage.deliver.content import Told, member_lines, to_told
from triage.deliver.destinations import Destination
from triage.flow import Message, MessageKind

__all__ = ["TicketApi", "TicketCore", "marker", "remark"]


class TicketApi(Protocol):
    """What the API of a ticket system is asked for; all of it raises what httpx raises."""

    async def find(self, key: str) -> str:
        """Return the ticket that was created under a key; empty if there is none."""

    async def find_own(self, incident_id: str) -> str:
        """Return the ticket that the core itself calls so; empty if there is none."""

    async def create(self, told: Told, key: str) -> str:
        """Create a ticket that can be found by a key, suggestions included, and return what the core calls it."""

    async def update(self, ref: str, told: Told, *, with_text: bool) -> None:
        """Set the fields of a ticket, and its title and text if wanted."""

    async def comment(self, ref: str, text: str) -> None:
        """Add a comment that no customer sees."""

    async def has_comment(self, ref: str, marked: str) -> bool:
        """Tell whether a comment holds a mark."""

    async def close(self) -> None:
        """Let connections go."""


class TicketCore:
    """One ticket an incident, whatever fails in between.

    Parameters
    ----------
    api : TicketApi
    destination : Destination
    clock : callable returning datetime
    """

    def __init__(self, api: TicketApi, destination: Destination, clock: Callable[[], datetime]) -> None:
        self._api = api
        self._destination = destination
        self._clock = clock

    async def deliver(self, message: Message) -> Attempt:
        """Create the incident's ticket, or update it."""
        return await attempted(self._deliver(message), self._clock)

    async def close(self) -> None:
        """Let connections go."""
        await self._api.close()

    async def _deliver(self, message: Message) -> str:
        told = to_told(message, self._destination)
        ref = message.ref or await self._look_up(message)
        if not ref:
            return await self._api.create(told, message.incident_key)
        if message.kind is MessageKind.MEMBER:
            await self._say(ref, "\n".join((told.title, *member_lines(message))), message)
            return ref
        if self._destination.updates_own:
            # The core's own record: what people wrote there stays.
            if told.fields:
                await self._api.update(ref, told, with_text=False)
        else:
            await self._api.update(ref, told, with_text=message.kind is MessageKind.EVENT)
        if told.notes:
            await self._say(ref, remark(told), message)
        return ref

    async def _look_up(self, message: Message) -> str:
        if self._destination.updates_own:
            ref = await self._api.find_own(message.content.triage.incident_id)
            if not ref:
                raise httpx.HTTPError(f"The core knows no record {message.content.triage.incident_id!r} yet.")
            return ref
        # Before the first attempt on the first revision nothing can be there: the look-up is saved.
        if message.was_tried or message.content.revision > 1 or message.kind is not MessageKind.EVENT:
            return await self._api.find(message.incident_key)
        return ""

    async def _say(self, ref: str, text: str, message: Message) -> None:
        mark = marker(message.key[:12])
        if message.was_tried and await self._api.has_comment(ref, mark):
            return
        await self._api.comment(ref, f"{text}\n{mark}")


def marker(key: str) -> str:
    """Return how a key stands in a text that people read.

    Examples
    --------
    >>> marker("4f2a")
    '[triage:4f2a]'
    """
    return f"[triage:{key}]"


def remark(told: Told) -> str:
    """Return suggestions as a text for people; empty if there are none."""
    return "\n".join(["triage suggests:", *told.notes]) if told.notes else ""
