"""Labelling beside the event loop, in a thread that takes whatever has queued: no model can hold up the loop.

A model may raise, answer too little or never end. Whoever waits for labels can stop waiting, take what is there and
come back for the rest.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from triage.domain import Incident, PrecedentQuery, Triage
from triage.flow.ports import Labeller

__all__ = ["Labelling", "LabellingJob", "label_events", "remember_events"]

_log = structlog.get_logger(__name__)

# Events a call: some milliseconds of work, so that what is done in time is told in time.
_MOST_A_CALL = 64
# A thread without work ends; the next request starts another one.
_IDLE_S = 5.0


@dataclass(slots=True, eq=False)
class LabellingJob:
    """The events of one request.

    Parameters
    ----------
    events : sequence of Incident
    precedents : PrecedentQuery or None, default=None
        Which precedents are wanted; None for the usual.
    done : list of Triage
        The answers so far, in the order of the events.
    ended : Future
        Resolved on its event loop once all are there.
    """

    events: Sequence[Incident]
    ended: asyncio.Future[None]
    precedents: PrecedentQuery | None = None
    done: list[Triage] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether every event has its answer."""
        return len(self.done) == len(self.events)


class Labelling:
    """One thread that labels for all requests.

    Parameters
    ----------
    labeller_source : callable returning Labeller
        Asked at every call, so that a promoted model answers from the next call on.
    clock : callable returning datetime
        The present (aware, UTC).
    """

    def __init__(self, labeller_source: Callable[[], Labeller], clock: Callable[[], datetime]) -> None:
        self._labeller_source = labeller_source
        self._clock = clock
        self._changed = threading.Condition()
        self._waiting: deque[LabellingJob] = deque()
        self._is_running = False
        self._busy_since: float | None = None

    def submit(self, events: Sequence[Incident], precedents: PrecedentQuery | None = None) -> LabellingJob:
        """Have events labelled; called from an event loop."""
        job = LabellingJob(events, asyncio.get_running_loop().create_future(), precedents)
        with self._changed:
            self._waiting.append(job)
            if self._is_running:
                self._changed.notify()
            else:
                self._is_running = True
                # A daemon, as a model that never ends must not keep the process from ending.
                threading.Thread(target=self._serve, name="triage-labelling", daemon=True).start()
        return job

    def has_hung_for(self, seconds: float) -> bool:
        """Tell whether the call that is being made has taken longer than that already."""
        since = self._busy_since
        return since is not None and time.monotonic() - since > seconds

    def _serve(self) -> None:
        while jobs := self._next_jobs():
            events = [event for job in jobs for event in job.events[len(job.done) :]][:_MOST_A_CALL]
            self._busy_since = time.monotonic()
            triages = label_events(self._labeller_source, events, self._clock(), jobs[0].precedents)
            self._busy_since = None
            self._hand_over(jobs, triages)

    def _next_jobs(self) -> list[LabellingJob]:
        with self._changed:
            if not self._waiting and not self._changed.wait_for(lambda: bool(self._waiting), _IDLE_S):
                self._is_running = False
                return []
            jobs: list[LabellingJob] = []
            left = _MOST_A_CALL
            for job in self._waiting:
                # Those of one call all want the same precedents.
                if left <= 0 or (jobs and job.precedents != jobs[0].precedents):
                    break
                jobs.append(job)
                left -= len(job.events) - len(job.done)
            return jobs

    def _hand_over(self, jobs: Sequence[LabellingJob], triages: Sequence[Triage]) -> None:
        at = 0
        for job in jobs:
            wanted = len(job.events) - len(job.done)
            job.done.extend(triages[at : at + wanted])
            at += wanted
        with self._changed:
            while self._waiting and self._waiting[0].is_whole:
                self._waiting.popleft()
        whole = [job for job in jobs if job.is_whole]
        for loop in {job.ended.get_loop() for job in whole}:
            try:
                loop.call_soon_threadsafe(_end, [job for job in whole if job.ended.get_loop() is loop])
            except RuntimeError:
                # The loop is closed, and with it everybody who waited on it.
                _log.warning("labels_unheard", requests=len(whole))


def label_events(
    labeller_source: Callable[[], Labeller],
    events: Sequence[Incident],
    now: datetime,
    precedents: PrecedentQuery | None = None,
    *,
    retried: bool = False,
) -> list[Triage]:
    """Label events, one answer an event whatever the labeller does but hang; what it fails on is marked degraded."""
    if not events:
        return []
    try:
        triages = labeller_source().handle_many(events, now, precedents)
        return [triage for _, triage in zip(events, triages, strict=True)]
    except Exception as err:  # noqa: BLE001  # whatever is wrong with a model, the event must be kept and sent on
        # A list that fails again one by one would write the same traceback a thousand times.
        _log.error("labelling_failed", incidents=len(events), first=events[0].id, error=repr(err), exc_info=not retried)
        failed = type(err).__name__
    if len(events) > 1:
        return [
            triage
            for event in events
            for triage in label_events(labeller_source, [event], now, precedents, retried=True)
        ]
    reason = f"The labeller failed ({failed}); the incident goes on unlabelled."
    return [Triage(events[0].id, events[0].source, degraded=reason, answered_at=now)]


async def remember_events(labeller_source: Callable[[], Labeller], events: Sequence[Incident]) -> None:
    """Have the labeller remember committed events; what it fails on is logged, as the events are kept all the same."""
    for start in range(0, len(events), _MOST_A_CALL):
        if start:
            # Other requests have their turn between the parts of a long list.
            await asyncio.sleep(0)
        some = events[start : start + _MOST_A_CALL]
        try:
            labeller_source().remember(some)
        except Exception as err:  # noqa: BLE001  # as for labels: whatever is wrong with a model, the event is kept
            _log.error("remembering_failed", incidents=len(some), first=some[0].id, error=repr(err), exc_info=True)


def _end(jobs: Sequence[LabellingJob]) -> None:
    for job in jobs:
        if not job.ended.done():
            job.ended.set_result(None)
