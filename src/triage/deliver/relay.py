"""From the outbox to the destinations: a lane each, so that one that hangs delays no other. It speaks no wire format.

An attempt is committed before the call, so that after a kill it is known that the core may have got the message.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from triage.deliver.attempts import Attempt, Core, Verdict
from triage.deliver.destinations import Destination
from triage.deliver.ladder import next_attempt_at
from triage.errors import TriageError
from triage.flow import Ending, EndState, MemberMode, Message, Outbox

__all__ = ["Lane", "LaneCounts", "Relay"]

_log = structlog.get_logger(__name__)

# How long a lane sleeps at most: other processes put messages into the same outbox, and die holding some.
_LONGEST_NAP_S = 1.0
# What a call may take beyond the client's own timeout, in multiples of it: connecting, then reading, several times.
_PATIENCE = 3.0
# Under a load that never ends, what a killed process had claimed is looked for in between.
_MOST_ROUNDS = 200


@dataclass(frozen=True, slots=True)
class LaneCounts:
    """What a lane has done since its start: attempts, and how they ended."""

    attempts: int = 0
    delivered: int = 0
    retried: int = 0
    buried: int = 0


class Lane:
    """One destination's way out.

    Parameters
    ----------
    destination : Destination
    core : Core
    outbox : Outbox
    clock : callable returning datetime
        The present (aware, UTC).
    dice : callable returning float
        In [0, 1): the jitter of each retry.
    """

    def __init__(
        self,
        destination: Destination,
        core: Core,
        outbox: Outbox,
        clock: Callable[[], datetime],
        dice: Callable[[], float],
    ) -> None:
        self.destination = destination
        self.counts = LaneCounts()
        self.woken = asyncio.Event()
        self._core = core
        self._outbox = outbox
        self._clock = clock
        self._dice = dice

    async def drain(self) -> int:
        """Send what is due, until nothing is or a good deal has been sent; return the number of attempts.

        Raises
        ------
        StoreUnavailable
            The outbox cannot be asked. What was claimed is recovered later.
        """
        name, count = self.destination.name, 0
        stale = self._clock() - timedelta(seconds=_PATIENCE * self.destination.timeout_s)
        if recovered := await self._outbox.recover(name, stale):
            _log.warning("deliveries_recovered", destination=name, messages=recovered)
        for _ in range(_MOST_ROUNDS):
            messages = await self._outbox.claim(name, self._clock(), self.destination.concurrency)
            if not messages:
                break
            ends = await asyncio.gather(*(self._send(message) for message in messages), return_exceptions=True)
            for failed in (end for end in ends if isinstance(end, BaseException)):
                raise failed
            count += len(messages)
        return count

    async def run(self) -> None:
        """Drain for ever; whatever goes wrong is logged and tried again."""
        while True:
            nap_s = _LONGEST_NAP_S
            self.woken.clear()
            try:
                await self.drain()
                due_at = await self._outbox.next_due(self.destination.name)
                if due_at is not None:
                    nap_s = min(nap_s, max(0.0, (due_at - self._clock()).total_seconds()))
            except TriageError as err:
                _log.error("lane_waits", destination=self.destination.name, error=repr(err))
            try:
                async with asyncio.timeout(nap_s):
                    await self.woken.wait()
            except TimeoutError:
                pass

    async def close(self) -> None:
        """Let connections go."""
        await self._core.close()

    async def _send(self, message: Message) -> None:
        try:
            async with asyncio.timeout(_PATIENCE * self.destination.timeout_s):
                attempt = await self._core.deliver(message)
        except TimeoutError:
            attempt = Attempt(Verdict.RETRY, "It did not answer in time.")
        except Exception as err:  # noqa: BLE001  # a fault of ours in one message must not stop the others
            _log.error("delivery_failed", destination=self.destination.name, seq=message.seq, exc_info=True)
            attempt = Attempt(Verdict.RETRY, f"{type(err).__name__}: {err}")
        ending = self._ending(message, attempt)
        self._count(ending)
        if ending.state is not EndState.DELIVERED:
            _log.warning(
                "not_delivered",
                destination=self.destination.name,
                seq=message.seq,
                attempt=message.attempt,
                state=ending.state.value,
                reason=attempt.reason,
                next_at=None if ending.due_at is None else ending.due_at.isoformat(),
            )
        await self._outbox.settle(message, ending)

    def _ending(self, message: Message, attempt: Attempt) -> Ending:
        now = self._clock()
        if attempt.verdict is Verdict.DELIVERED:
            return Ending(EndState.DELIVERED, now, ref=attempt.ref)
        if attempt.verdict is Verdict.GONE:
            return Ending(EndState.WAITING, now, now, attempt.reason, disables=True)
        due_at = next_attempt_at(message.attempt, now, self._dice(), attempt.retry_after_s)
        if attempt.verdict is Verdict.REFUSED or due_at is None:
            return Ending(EndState.DEAD, now, reason=attempt.reason)
        return Ending(EndState.WAITING, now, due_at, attempt.reason)

    def _count(self, ending: Ending) -> None:
        ended = {EndState.DELIVERED: "delivered", EndState.WAITING: "retried", EndState.DEAD: "buried"}[ending.state]
        counts = self.counts
        self.counts = replace(counts, attempts=counts.attempts + 1, **{ended: getattr(counts, ended) + 1})


class Relay:
    """All lanes.

    Parameters
    ----------
    lanes : sequence of Lane
    """

    def __init__(self, lanes: Sequence[Lane]) -> None:
        self.lanes = tuple(lanes)
        of_all = {lane.destination.name: lane.destination.members for lane in self.lanes}
        self._members = {name: mode for name, mode in of_all.items() if mode is not MemberMode.SEPARATE}

    def of(self, source: str) -> tuple[str, ...]:
        """Name the destinations that take a source's incidents; see `triage.flow.Outlets`."""
        return tuple(lane.destination.name for lane in self.lanes if lane.destination.takes(source))

    def members(self, destinations: Sequence[str]) -> Mapping[str, MemberMode]:
        """Say which hear otherwise of what another incident's group has taken in; see `triage.flow.Outlets`."""
        return {name: self._members[name] for name in destinations if name in self._members}

    def wake(self, destinations: Sequence[str]) -> None:
        """Say that there is something for some destinations; from the event loop that `run` is on."""
        for lane in self.lanes:
            if lane.destination.name in destinations:
                lane.woken.set()

    async def run(self) -> None:
        """Run every lane until cancelled."""
        try:
            await asyncio.gather(*(lane.run() for lane in self.lanes))
        finally:
            for lane in self.lanes:
                await lane.close()
