"""Live metrics: commit batches, watch them in the order of the journal, keep what is warned of. No SQL, no HTTP.

One task at a time takes whatever has queued, as the journal's writer does: its batches share a commit, then they are
applied one after the other in a thread, then the warnings that came of them are committed, then senders are answered.
Every batch after the last kept state is still in the journal, so what a kill undoes is done again at the next start,
to the bit; warnings have the same ids then, and take their own place.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from triage.decide.grouping import GroupingRules, Topology
from triage.decide.root_causes import RootCause
from triage.domain import EarlyWarning
from triage.errors import BundleRefused, NotFound, StoreUnavailable, TriageError
from triage.flow.answers import Answer
from triage.flow.live import LiveFlow
from triage.flow.metric_ports import (
    BatchAnswer,
    MetricBatch,
    MetricJournal,
    WarningPage,
    WarningQuery,
    WatchCounts,
    WatcherSource,
)
from triage.flow.problems import Settled, warning_rules
from triage.flow.roots import roots_of
from triage.flow.settling import Settling
from triage.flow.stream import Stream
from triage.flow.suspects import LiveSuspects
from triage.flow.warnings import WARNING_SOURCE

__all__ = ["LiveMetrics"]

_log = structlog.get_logger(__name__)

# Points that may wait, some 80 MB of them; beyond that senders are pushed back. One batch is always taken.
_MOST_WAITING = 4_000_000
# What a start has to apply again at most: less than a second of work, however small the batches are.
_POINTS_A_STATE = 2_000_000
_BATCHES_A_STATE = 1_000
# Warnings that tell what usually comes together.
_MOST_LEARNT = 5_000


@dataclass(slots=True)
class _Waiter:
    batch: MetricBatch
    received_at: datetime
    answered: asyncio.Future[BatchAnswer]


class LiveMetrics:
    """What can be done with live metrics. Call `start` before anything else, and `stop` at the end.

    Parameters
    ----------
    watchers : WatcherSource
        Asked before every group of batches, so that a promoted model watches from the next batch on.
    journal : MetricJournal
    flow : LiveFlow
        Where opened warnings go on as incidents.
    clock : callable returning datetime
        The present (aware, UTC).
    grouping : GroupingRules or None, default=None
        By what warnings are one problem, and so one warning; None makes each one of its own.
    """

    def __init__(
        self,
        watchers: WatcherSource,
        journal: MetricJournal,
        flow: LiveFlow,
        clock: Callable[[], datetime],
        grouping: GroupingRules | None = None,
    ) -> None:
        self._watchers = watchers
        self._journal = journal
        self._flow = flow
        self._clock = clock
        self._stream: Stream | None = None
        self._topology = Topology() if grouping is None else grouping.topology
        self.suspects = LiveSuspects(flow, journal, clock, grouping)
        self._settling = Settling(journal, flow, clock, None if grouping is None else warning_rules(grouping))
        self._given = 0
        self._waiting: deque[_Waiter] = deque()
        self._at_work: list[_Waiter] = []
        self._drain: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()

    @property
    def counts(self) -> WatchCounts:
        """What has been watched since the start, and what waits."""
        left = [*self._at_work, *self._waiting]
        lag_s = (self._clock() - left[0].received_at).total_seconds() if left else 0.0
        counts = self._stream.counts if self._stream else WatchCounts()
        return replace(counts, waiting=sum(len(waiter.batch) for waiter in left), lag_s=lag_s)

    async def start(self) -> None:
        """Take up the state that was kept last, and apply the batches that came after it.

        What is open on disk and not with the watcher that came of it is closed.
        Where several processes share a database one of them watches; the others come back to it at the next batch.

        Raises
        ------
        StoreUnavailable
            The journal cannot be read or written.
        """
        if not await self._journal.claim():
            _log.info("watcher_elsewhere")
            return
        stream = await self._restored()
        if stream is None:
            stream = await self._fresh()
        recent, stored = await self._journal.recent_warnings(_MOST_LEARNT), await self._journal.open_warnings()
        self._settling.take_up(stored, recent)
        batches = 0
        while following := await self._journal.batch_after(stream.applied):
            await asyncio.to_thread(stream.apply, *following)
            batches += 1
        stream.close_unwatched(stored)
        stream.counts = WatchCounts()
        self._given = stream.applied
        self._stream = stream
        await self._settling.keep(stream)
        _log.info("watcher_ready", origin=stream.origin, applied_again=batches)

    async def stop(self) -> None:
        """Finish what waits, and keep the state; a failure to keep it costs the next start some time, no more."""
        if self._drain is not None and not self._drain.done():
            await self._drain
        if self._stream is not None and self._stream.applied > self._stream.kept:
            await self._keep_state_if_possible(self._stream)

    async def accept(self, batch: MetricBatch) -> BatchAnswer:
        """Commit a batch and apply it; what is returned for is on disk, its warnings too.

        A caller that is cancelled meanwhile is served all the same.

        Raises
        ------
        StoreUnavailable
            Nothing of it was kept; the sender should try again.
        """
        async with self._starting:
            if self._stream is None:
                await self.start()
        if self._stream is None:
            raise StoreUnavailable("Another process watches the metrics of this database. Send them there, or again.")
        if not len(batch):
            return BatchAnswer(0, batch.nulls)
        waiting = sum(len(waiter.batch) for waiter in self._waiting)
        if waiting and waiting + len(batch) > _MOST_WAITING:
            raise StoreUnavailable(f"{waiting:,} points wait to be watched already. Send it again later.")
        waiter = _Waiter(batch, self._clock(), asyncio.get_running_loop().create_future())
        self._waiting.append(waiter)
        if self._drain is None or self._drain.done():
            self._drain = asyncio.create_task(self._serve(self._stream))
        return await asyncio.shield(waiter.answered)

    async def find(self, warning_id: str) -> tuple[EarlyWarning, Answer | None]:
        """Return a warning and the answer on its problem's incident, None where that is not known yet.

        Raises
        ------
        NotFound
            No such warning.
        StoreUnavailable
            The journal cannot be read.
        """
        warning = await self._journal.find_warning(warning_id)
        try:
            return warning, await self._flow.find(warning.part_of or warning_id, WARNING_SOURCE)
        except NotFound:
            return warning, None

    async def root_causes(self, warning: EarlyWarning) -> tuple[RootCause, ...]:
        """Return the entities of a warning's problem, the likeliest root first; none where it stands alone.

        Raises
        ------
        StoreUnavailable
            The journal cannot be read.
        """
        return await roots_of(warning, self._journal, self._topology)

    async def page(self, query: WarningQuery) -> WarningPage:
        """Return warnings, the last first; raises as `MetricJournal.page_warnings` does."""
        return await self._journal.page_warnings(query)

    async def _serve(self, stream: Stream) -> None:
        while self._waiting:
            self._at_work = list(self._waiting)
            self._waiting.clear()
            try:
                self._stream = stream = await self._following_champion(stream)
                await self._handle(stream, self._at_work)
            finally:
                # Left only by a fault of ours or a loop that ends: nobody may wait for ever.
                for waiter in self._at_work:
                    if not waiter.answered.done():
                        waiter.answered.set_exception(StoreUnavailable("The watcher has stopped. Send it again."))
                self._at_work = []
            batches = stream.applied - stream.kept
            if stream.points_since_kept >= _POINTS_A_STATE or batches >= _BATCHES_A_STATE:
                await self._keep_state_if_possible(stream)

    async def _handle(self, stream: Stream, group: Sequence[_Waiter]) -> None:
        first = self._given + 1
        self._given += len(group)
        outcomes = await asyncio.gather(
            *(self._journal.append(seq, each.received_at, each.batch) for seq, each in enumerate(group, first)),
            return_exceptions=True,
        )
        applied: list[tuple[_Waiter, BatchAnswer]] = []
        for seq, (waiter, outcome) in enumerate(zip(group, outcomes, strict=True), first):
            if outcome is None:
                applied.append((waiter, await asyncio.to_thread(stream.apply, seq, waiter.batch)))
            elif not waiter.answered.done():
                waiter.answered.set_exception(outcome)
        triaged, parts = await self._settling.keep(stream)
        for waiter, answer in applied:
            if not waiter.answered.done():
                opened = tuple(one for one in answer.opened if one.id not in parts)
                on_incidents = tuple(triaged[one.id] for one in opened if one.id in triaged)
                waiter.answered.set_result(replace(answer, opened=opened, triaged=on_incidents))

    async def _following_champion(self, stream: Stream) -> Stream:
        """Let the watcher in force take over, if it is another one.

        It begins as it was fitted, with the next batch. Warnings of the one before are closed at the latest event time.
        Its state is kept before it handles anything, so that a restart hands over at the same place.
        """
        if self._watchers.origin == stream.origin:
            return stream
        await self._settling.keep(stream)
        if self._settling.has_unsaved(stream):
            return stream
        following = stream.handed_to(*await asyncio.to_thread(self._watchers.make))
        try:
            ended = await self._begin(following)
        except TriageError as err:
            _log.error("take_over_waits", origin=following.origin, error=repr(err))
            return stream
        following.counts = replace(following.counts, closed=following.counts.closed + ended)
        _log.info("watcher_taken_over", before=stream.origin, origin=following.origin, closed=ended)
        return following

    async def _begin(self, stream: Stream) -> int:
        """Keep the state that a stream begins with, and close the warnings of whoever watched before it."""
        left_open = [one for one in await self._journal.open_warnings() if one.closed_at is None]
        at = stream.last_at
        ended = [
            replace(one, closed_at=max(at, one.opened_at), ended_at=one.ended_at or max(at, one.opened_at))
            for one in left_open
        ]
        self._settling.begin_anew()
        await self._settling.tell(Settled(told={one.id: one for one in ended if not one.part_of}))
        await self._keep_state(stream, ended)
        return len(left_open)

    async def _keep_state_if_possible(self, stream: Stream) -> None:
        await asyncio.to_thread(stream.forget_silent, self._watchers)
        await self._settling.keep(stream)
        # Only once its warnings are kept: from this state on they would not be found again.
        if not self._settling.has_unsaved(stream):
            try:
                await self._keep_state(stream)
            except TriageError as err:
                _log.error("state_waits", error=repr(err))

    async def _keep_state(self, stream: Stream, warnings: Sequence[EarlyWarning] = ()) -> None:
        snapshot = await asyncio.to_thread(stream.snapshot, self._clock())
        await self._journal.keep(warnings, snapshot)
        stream.mark_kept(snapshot)

    async def _restored(self) -> Stream | None:
        snapshot = await self._journal.snapshot()
        if snapshot is None:
            return None
        try:
            watcher = await asyncio.to_thread(self._watchers.restore, snapshot.state)
        except BundleRefused as err:
            _log.error("watcher_state_refused", origin=snapshot.origin, reason=str(err))
            return await self._fresh(snapshot.seq, snapshot.last_ns)
        return Stream(snapshot.origin, watcher, snapshot.seq, snapshot.last_ns)

    async def _fresh(self, applied: int = 0, last_ns: int = 0) -> Stream:
        stream = Stream(*await asyncio.to_thread(self._watchers.make), applied, last_ns)
        await self._begin(stream)
        return stream
