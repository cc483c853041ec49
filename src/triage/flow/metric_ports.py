"""What live metrics need from the outside: watchers and a journal, and the records that pass between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from triage.domain import EarlyWarning
from triage.flow.answers import Answer
from triage.parts import Part
from triage.watch.points import Points, Watched

__all__ = [
    "BatchAnswer",
    "MetricBatch",
    "MetricJournal",
    "Snapshot",
    "StreamWatcher",
    "WarningPage",
    "WarningQuery",
    "WarningState",
    "WatchCounts",
    "WatcherSource",
]


class WarningState(StrEnum):
    """Which warnings are asked for."""

    OPEN = "open"
    CLOSED = "closed"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class MetricBatch:
    """Points of one request, in its order, without those that had no value.

    Parameters
    ----------
    entity, metric : tuple of str
        The distinct series that occur; same length.
    series : ndarray of int64, shape (n,)
        Of each point, the position of its series in these.
    time_ns : ndarray of int64, shape (n,)
        Event time, ns since the epoch.
    value : ndarray of float64, shape (n,)
        Finite, or Prometheus' stale marker, which is among the nulls as well.
    nulls : int, default=0
        How many points of the request had no value.
    """

    entity: tuple[str, ...]
    metric: tuple[str, ...]
    series: NDArray[np.int64]
    time_ns: NDArray[np.int64]
    value: NDArray[np.float64]
    nulls: int = 0

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self.series)


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """What is answered on a batch, once it is on disk and applied.

    Parameters
    ----------
    accepted : int
        Points that were kept and watched. Those not newer than their series' last teach the watcher nothing.
    ignored : int
        Points without a value; all of them where the watcher failed.
    opened : tuple of EarlyWarning
        Warnings that the batch opened and that began a problem, in order of opening.
    triaged : tuple of Answer
        The answers on their incidents.
    """

    accepted: int
    ignored: int
    opened: tuple[EarlyWarning, ...] = ()
    triaged: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A watcher's state after a batch.

    Parameters
    ----------
    seq : int
        The last batch that is in it; 0 before the first.
    origin : str
        Which watcher it is a state of; see `WatcherSource`.
    last_ns : int
        The latest event time so far, ns since the epoch.
    taken_at : datetime
        When it was taken (aware, UTC).
    state : Part
    """

    seq: int
    origin: str
    last_ns: int
    taken_at: datetime
    state: Part


@dataclass(frozen=True, slots=True)
class WarningQuery:
    """Which warnings are wanted.

    Parameters
    ----------
    limit : int
        Warnings a page, at least 1.
    cursor : str or None, default=None
        The ``next_cursor`` of the page before.
    state : WarningState, default=ALL
    entity : str or None, default=None
        Only warnings on this entity.
    with_parts : bool, default=False
        Also those that are part of a problem that another one began; always, of an entity.
    part_of : str or None, default=None
        Only the parts of this one's problem.
    """

    limit: int
    cursor: str | None = None
    state: WarningState = WarningState.ALL
    entity: str | None = None
    with_parts: bool = False
    part_of: str | None = None


@dataclass(frozen=True, slots=True)
class WarningPage:
    """Some of the stored warnings, the one that was opened last first; ``next_cursor`` is None on the last page."""

    warnings: tuple[EarlyWarning, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class WatchCounts:
    """What has been watched since the start, what the start replayed left out; and what waits.

    Parameters
    ----------
    accepted, ignored : int
        Points.
    opened, closed : int
        Warnings.
    waiting : int
        Points that are not applied yet.
    lag_s : float
        How long the oldest of them has waited, in seconds.
    failures : int
        Batches that the watcher could not handle.
    """

    accepted: int = 0
    ignored: int = 0
    opened: int = 0
    closed: int = 0
    waiting: int = 0
    lag_s: float = 0.0
    failures: int = 0


class StreamWatcher(Protocol):
    """Whoever watches series; `triage.watch.Watcher` does."""

    @property
    def open_warnings(self) -> tuple[EarlyWarning, ...]:
        """The warnings that are open."""

    @property
    def open_notes(self) -> tuple[EarlyWarning, ...]:
        """The warnings by rule that are open."""

    def series_of(self, entity: Sequence[str], metric: Sequence[str]) -> NDArray[np.int64]:
        """Return the positions of series, unknown ones added."""

    def order_of(self, points: Points) -> NDArray[np.int64]:
        """Return the places of points in the order in which they are to be handled: by their times."""

    def handle(self, points: Points) -> Watched:
        """Answer and learn from points, in their order."""

    def to_part(self) -> Part:
        """Return the exact state."""


class WatcherSource(Protocol):
    """Whoever knows which watcher is in force."""

    @property
    def origin(self) -> str:
        """Name the watcher in force: the same for the same model and version, or for the same default."""

    def make(self) -> tuple[str, StreamWatcher]:
        """Return the watcher in force as it was fitted, and its origin."""

    def restore(self, state: Part) -> StreamWatcher:
        """Return a watcher from its own state; BundleRefused if this version cannot read it."""

    def forget(self, watcher: StreamWatcher) -> tuple[StreamWatcher, tuple[EarlyWarning, ...]]:
        """Return a watcher without the entities that have been silent for long, and their warnings, closed."""


class MetricJournal(Protocol):
    """Whoever keeps batches, watcher states and warnings. What is returned for is committed."""

    async def claim(self) -> bool:
        """Become, or stay, the one process that appends and keeps; False as long as another one is."""

    async def append(self, seq: int, received_at: datetime, batch: MetricBatch) -> None:
        """Commit a batch under a number that was not given before; StoreUnavailable means that it is not kept."""

    async def batch_after(self, seq: int) -> tuple[int, MetricBatch] | None:
        """Return the stored batch with the next number, and that number; None after the last one."""

    async def snapshot(self) -> Snapshot | None:
        """Return the state that was kept last."""

    async def keep(self, warnings: Sequence[EarlyWarning], snapshot: Snapshot | None = None) -> None:
        """Commit warnings, each in place of its former self, and a state in place of the one before.

        With a state go the batches that are in it.
        """

    async def open_warnings(self) -> list[EarlyWarning]:
        """Return all warnings of problems that are open, the one that was opened first first."""

    async def recent_warnings(self, most: int) -> list[EarlyWarning]:
        """Return the warnings that were opened last, the one that was opened first first."""

    async def stored_warnings(self, ids: Sequence[str]) -> dict[str, EarlyWarning]:
        """Return those of some warnings that are kept, by id."""

    async def find_warning(self, warning_id: str) -> EarlyWarning:
        """Return a warning; NotFound if there is none."""

    async def first_parts(self, warning_id: str, most: int) -> list[EarlyWarning]:
        """Return the parts of a warning's problem that came first, in that order."""

    async def page_warnings(self, query: WarningQuery) -> WarningPage:
        """Return warnings, the last first; UsageError for a foreign cursor."""
