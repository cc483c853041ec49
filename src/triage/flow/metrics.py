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

from triage.domain import EarlyWarning
from triage.errors import BundleRefused, NotFound, StoreUnavailable, TriageError
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
from triage.flow.ports import Answer
from triage.flow.stream import Changes, Stream
from triage.flow.warnings import WARNING_SOURCE, warning_received

__all__ = ["LiveMetrics"]

_log = structlog.get_logger(__name__)

# Points that may wait, some 80 MB of them; beyond that senders are pushed back. One batch is always taken.
_MOST_WAITING = 4_000_000
# What a start has to apply again at most: less than a second of work, however small the batches are.
_POINTS_A_STATE = 2_000_000
_BATCHES_A_STATE = 1_000


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
    """

    def __init__(
        self, watchers: WatcherSource, journal: MetricJournal, flow: LiveFlow, clock: Callable[[], datetime]
    ) -> None:
        self._watchers = watchers
        self._journal = journal
        self._flow = flow
        self._clock = clock
        self._stream: Stream | None = None
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
        batches = 0
        while following := await self._journal.batch_after(stream.applied):
            await asyncio.to_thread(stream.apply, *following)
            batches += 1
        stream.counts = WatchCounts()
        self._given = stream.applied
        self._stream = stream
        await self._keep_changes(stream)
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
        """Return a warning and the answer on its incident, None where that is not known yet.

        Raises
        ------
        NotFound
            No such warning.
        StoreUnavailable
            The journal cannot be read.
        """
        warning = await self._journal.find_warning(warning_id)
        try:
            return warning, await self._flow.find(warning_id, WARNING_SOURCE)
        except NotFound:
            return warning, None

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
        triaged = await self._keep_changes(stream)
        for waiter, answer in applied:
            if not waiter.answered.done():
                on_incidents = tuple(triaged[one.id] for one in answer.opened if one.id in triaged)
                waiter.answered.set_result(replace(answer, triaged=on_incidents))

    async def _keep_changes(self, stream: Stream) -> dict[str, Answer]:
        """Commit what warnings have become, and pass the opened ones on; what fails is done with the next batch."""
        changes = stream.changes
        if not changes.latest:
            return {}
        opened = list(changes.opened.values())
        try:
            await self._journal.keep(tuple(changes.latest.values()))
            now = self._clock()
            answers = await self._flow.accept([warning_received(one, now) for one in opened])
        except TriageError as err:
            # The batches are on disk, and with them the warnings: a restart would find them again.
            _log.error("warnings_wait", warnings=len(changes.latest), error=repr(err))
            return {}
        stream.changes = Changes()
        return {one.id: answer for one, answer in zip(opened, answers, strict=True)}

    async def _following_champion(self, stream: Stream) -> Stream:
        """Let the watcher in force take over, if it is another one.

        It begins as it was fitted, with the next batch. Warnings of the one before are closed at the latest event time.
        Its state is kept before it handles anything, so that a restart hands over at the same place.
        """
        if self._watchers.origin == stream.origin:
            return stream
        await self._keep_changes(stream)
        if stream.changes.latest:
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
        left_open = await self._journal.open_warnings()
        await self._keep_state(
            stream, [replace(one, closed_at=max(stream.last_at, one.opened_at)) for one in left_open]
        )
        return len(left_open)

    async def _keep_state_if_possible(self, stream: Stream) -> None:
        await self._keep_changes(stream)
        # Only once its warnings are kept: from this state on they would not be found again.
        if not stream.changes.latest:
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
