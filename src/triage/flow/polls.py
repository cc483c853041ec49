"""What is asked for rather than sent: trackers that are read again and again. No SQL, no HTTP, no clock of its own.

Where a tracker has been read up to is kept in the store, after what was read. So a poll that is interrupted is done
again; the same incident in the same words is there already, as is the same outcome, and nothing is there twice.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import structlog

from triage.domain import Outcome
from triage.errors import NotFound, TriageError
from triage.flow.answers import Received
from triage.flow.live import LiveFlow

__all__ = ["Cursors", "PollSource", "Polled", "PolledTicket", "Polls"]

_log = structlog.get_logger(__name__)

# Incidents that are committed together, as those of one list are.
_MOST_TOGETHER = 50
# A tracker that cannot be read is asked more and more seldom.
_LONGEST_NAP_S = 900.0


@dataclass(frozen=True, slots=True)
class PolledTicket:
    """A ticket that is new or was changed.

    Parameters
    ----------
    ref : str
        What the tracker's API calls it: a ticket that we made there is known by it.
    received : Received or None
        Its incident; None where it is not to become one.
    outcomes : tuple of Outcome
        How it ended, one for each who said so; none while it is open.
    """

    ref: str
    received: Received | None
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Polled:
    """What a poll brought, the mark to go on from, and whether more waits already."""

    tickets: Sequence[PolledTicket]
    mark: str
    has_more: bool = False


class PollSource(Protocol):
    """Whoever reads a tracker."""

    @property
    def name(self) -> str:
        """What its cursor is kept under."""

    @property
    def destination(self) -> str:
        """Where we make tickets in it ourselves; empty if we do not."""

    @property
    def interval_s(self) -> float:
        """How long to wait between two polls, in seconds."""

    def read(self, mark: str) -> Polled:
        """Read what is new since a mark, from now on if it is empty; waits for the network."""


class Cursors(Protocol):
    """Whoever keeps how far a tracker has been read. What is returned for is committed."""

    async def claim_poll(self, name: str) -> bool:
        """Take a poll for this process, unless another one has it."""

    async def cursor(self, name: str) -> str:
        """Return the mark that was kept last; empty if none was."""

    async def keep_cursor(self, name: str, mark: str, now: datetime) -> None:
        """Keep a mark."""

    async def delivered_as(self, destination: str, refs: Sequence[str]) -> Mapping[str, tuple[str, str]]:
        """Return source and id of the incidents that a destination calls so."""


class Polls:
    """Reads trackers and hands on what is new.

    Parameters
    ----------
    flow : LiveFlow
    sources : sequence of PollSource
    cursors : Cursors
    clock : callable returning datetime
        The present (aware, UTC).
    """

    def __init__(
        self, flow: LiveFlow, sources: Sequence[PollSource], cursors: Cursors, clock: Callable[[], datetime]
    ) -> None:
        self._flow = flow
        self._sources = sources
        self._cursors = cursors
        self._clock = clock
        self._faults: dict[str, str] = {}

    @property
    def faults(self) -> list[str]:
        """Which trackers could not be read the last time, and why."""
        return [f"{name} is not read: {why}" for name, why in sorted(self._faults.items())]

    async def run(self) -> None:
        """Poll for ever, each tracker by itself."""
        async with asyncio.TaskGroup() as group:
            for source in self._sources:
                group.create_task(self._run(source))

    async def poll(self, source: PollSource) -> bool:
        """Read a tracker once and hand on what is new; return whether more waits.

        Raises
        ------
        TriageError
            It cannot be read, or nothing can be committed; what was is not handed on twice.
        """
        if not await self._cursors.claim_poll(source.name):
            return False
        mark = await self._cursors.cursor(source.name)
        polled = await _read_beside(source, mark)
        await self._hand_on(source, polled.tickets)
        if polled.mark != mark:
            await self._cursors.keep_cursor(source.name, polled.mark, self._clock())
        return polled.has_more

    async def _run(self, source: PollSource) -> None:
        failed = 0
        while True:
            try:
                has_more = await self.poll(source)
                self._faults.pop(source.name, None)
                failed = 0
            except Exception as err:  # noqa: BLE001  # a loop as the relay's: what is wrong with one tracker ends nobody
                _log.error(
                    "poll_failed", tracker=source.name, error=repr(err), exc_info=not isinstance(err, TriageError)
                )
                self._faults[source.name] = str(err) if isinstance(err, TriageError) else repr(err)
                has_more, failed = False, failed + 1
            if not has_more:
                await asyncio.sleep(min(source.interval_s * 2**failed, max(_LONGEST_NAP_S, source.interval_s)))

    async def _hand_on(self, source: PollSource, tickets: Sequence[PolledTicket]) -> None:
        ours: Mapping[str, tuple[str, str]] = {}
        if source.destination and tickets:
            ours = await self._cursors.delivered_as(source.destination, [ticket.ref for ticket in tickets])
        # A ticket that we made is no news.
        news = [one.received for one in tickets if one.received is not None and one.ref not in ours]
        for start in range(0, len(news), _MOST_TOGETHER):
            await self._flow.accept(news[start : start + _MOST_TOGETHER])
        for ticket in tickets:
            for outcome in ticket.outcomes:
                own_source, own_id = ours.get(ticket.ref, (outcome.source, outcome.incident_id))
                try:
                    await self._flow.outcome(replace(outcome, source=own_source, incident_id=own_id))
                except NotFound:
                    # Of what never came by us nothing is learnt here: `triage datasets pull` brings that.
                    continue


async def _read_beside(source: PollSource, mark: str) -> Polled:
    """Read in a thread of its own: one of the event loop's would keep the process from ending until it is done."""
    loop = asyncio.get_running_loop()
    read: asyncio.Future[Polled] = loop.create_future()

    def tell(polled: Polled | None, error: Exception | None) -> None:
        if read.cancelled():
            return
        if polled is not None:
            read.set_result(polled)
        elif error is not None:
            read.set_exception(error)

    def run() -> None:
        polled, error = None, None
        try:
            polled = source.read(mark)
        except Exception as err:  # noqa: BLE001  # told to whoever waits, as a future does
            error = err
        with suppress(RuntimeError):
            # The loop is closed, and nobody waits.
            loop.call_soon_threadsafe(tell, polled, error)

    threading.Thread(target=run, name=f"triage-poll-{source.name}", daemon=True).start()
    return await read
