"""The stream that a watcher has seen so far: its place in the journal, and what came of it. It waits for nobody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import structlog

from triage.domain import EarlyWarning
from triage.errors import TriageError
from triage.flow.metric_ports import BatchAnswer, MetricBatch, Snapshot, StreamWatcher, WatchCounts, WatcherSource
from triage.flow.problems import in_order
from triage.watch.points import Points

__all__ = ["Stream"]

_log = structlog.get_logger(__name__)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_LONGER = "Closed at a start: by the settings in force nothing looks for its end any more."


class Stream:
    """A watcher and the batches it has handled, strictly in the order of their numbers.

    Parameters
    ----------
    origin : str
        Which watcher; see `triage.flow.WatcherSource`.
    watcher : StreamWatcher
    applied : int, default=0
        The number of the last batch that is in its state.
    last_ns : int, default=0
        The latest event time so far, ns since the epoch.
    """

    def __init__(self, origin: str, watcher: StreamWatcher, applied: int = 0, last_ns: int = 0) -> None:
        self.origin = origin
        self.applied = applied
        self.kept = applied
        self.points_since_kept = 0
        # Warnings as they were opened and closed, in the order of event time batch by batch; not settled yet.
        self.moves: list[EarlyWarning] = []
        self.counts = WatchCounts()
        self._watcher = watcher
        self._last_ns = last_ns

    @property
    def last_at(self) -> datetime:
        """The latest event time so far (aware, UTC), to the microsecond."""
        return _EPOCH + timedelta(microseconds=self._last_ns // 1000)

    def apply(self, seq: int, batch: MetricBatch) -> BatchAnswer:
        """Let the watcher handle the next batch, which is in the journal.

        A batch that it cannot handle is logged and passed over, at every repetition alike: a sender who has been, or
        will be, told that it is kept must not stop the stream of everybody else.
        """
        self.applied = seq
        self.points_since_kept += len(batch)
        counts = self.counts
        try:
            positions = self._watcher.series_of(batch.entity, batch.metric)
            arrived = Points(positions[batch.series], batch.time_ns, batch.value)
            # Whoever sends an hour of one series, and then of the next, tells of one hour: by order of arrival the
            # entity would be at its end before its other series had begun, and they would be missed.
            watched = self._watcher.handle(arrived[self._watcher.order_of(arrived)])
        except Exception as err:  # noqa: BLE001  # whatever is wrong with the watcher, the batch is on disk
            _log.error("watching_failed", seq=seq, points=len(batch), error=repr(err), exc_info=True)
            ignored = counts.ignored + len(batch) + batch.nulls
            self.counts = replace(counts, ignored=ignored, failures=counts.failures + 1)
            return BatchAnswer(0, len(batch) + batch.nulls)
        # Stale markers are among the nulls.
        points = len(batch) - int(np.count_nonzero(np.isnan(batch.value)))
        self._last_ns = max(self._last_ns, int(batch.time_ns.max(initial=0)))
        noted = tuple(note.warning for note in watched.notes)
        opened = (*watched.opened, *(one for one in noted if one.closed_at is None))
        closed = (*watched.closed, *(one for one in noted if one.closed_at is not None))
        self.moves += in_order(opened, closed)
        self.counts = replace(
            counts,
            accepted=counts.accepted + points,
            ignored=counts.ignored + batch.nulls,
            opened=counts.opened + len(opened),
            closed=counts.closed + len(closed),
        )
        return BatchAnswer(points, batch.nulls, opened)

    def close_unwatched(self, stored: Iterable[EarlyWarning]) -> None:
        """Close those of the warnings on disk that are open there and not with the watcher, with the reason in `why`.

        A rule that is gone, or a limit that is looked for otherwise, since they were opened would leave them open for
        ever. Call it once all batches have been applied.
        """
        held = {one.id for one in (*self._watcher.open_warnings, *self._watcher.open_notes)}
        held.update(one.id for one in self.moves if one.closed_at is not None)
        left = [one for one in stored if one.ended_at is None and one.closed_at is None and one.id not in held]
        at = self.last_at
        self.moves += [replace(one, closed_at=max(at, one.opened_at), why=f"{one.why} {_NO_LONGER}") for one in left]
        if left:
            _log.info("warnings_unwatched", closed=len(left), entities=sorted({one.entity for one in left})[:5])

    def forget_silent(self, watchers: WatcherSource) -> None:
        """Let the watcher forget whoever has been silent for long; their warnings are closed."""
        try:
            self._watcher, closed = watchers.forget(self._watcher)
        except TriageError as err:
            # What is remembered for too long does no harm: it must not stop the stream.
            _log.error("forgetting_failed", error=repr(err), exc_info=True)
            return
        self.moves += sorted(closed, key=lambda one: one.opened_at)
        self.counts = replace(self.counts, closed=self.counts.closed + len(closed))

    def snapshot(self, now: datetime) -> Snapshot:
        """Return the state as it is after the last batch; the caller commits it and says so by `mark_kept`."""
        return Snapshot(self.applied, self.origin, self._last_ns, now, self._watcher.to_part())

    def mark_kept(self, snapshot: Snapshot) -> None:
        """Remember that a state of this stream is on disk."""
        self.kept = snapshot.seq
        self.points_since_kept = 0

    def handed_to(self, origin: str, watcher: StreamWatcher) -> Stream:
        """Return the stream as another watcher goes on with it; nothing of this one's may be left to commit."""
        following = Stream(origin, watcher, self.applied, self._last_ns)
        following.counts = self.counts
        return following
