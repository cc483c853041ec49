"""Labelling beside the event loop, in a thread that takes whatever has queued: no model can hold up the loop.

A model may raise, answer too little or never end. Whoever waits for labels can stop waiting, take what is there and
come back for the rest. A call that does not end is left to itself with its thread, and another thread goes on: with
the events of that call one by one, so that the one at fault costs the others nothing but time.
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
from triage.flow.asking import MOST_A_CALL, label_events, unlabelled
from triage.flow.ports import Labeller

__all__ = ["Labelling", "LabellingJob"]

_log = structlog.get_logger(__name__)

# A thread without work ends; the next request starts another one.
_IDLE_S = 5.0
# Threads that hang cannot be ended: so many are left behind for one set of models, and no more. An event that makes a
# model hang costs two at most.
_MOST_HUNG = 8
_LOOK_S = 1.0  # how often whoever waits for a whole job looks whether its call hangs


@dataclass(slots=True, eq=False)
class LabellingJob:
    """The events of one request.

    Parameters
    ----------
    events : sequence of Incident
    loop : AbstractEventLoop
        Where its answers are waited for.
    precedents : PrecedentQuery or None, default=None
        Which precedents are wanted; None for the usual.
    done : list of Triage
        The answers so far, in the order of the events.
    hung : set of int
        The places of events that no model answers, however long one waits.
    is_suspect : bool, default=False
        Whether a call with some of its events has hung: they are labelled one by one.
    is_wanted : bool, default=True
        Whether anybody waits for its answers.
    told : Future or None
        Whoever waits is woken by it.
    """

    events: Sequence[Incident]
    loop: asyncio.AbstractEventLoop
    precedents: PrecedentQuery | None = None
    done: list[Triage] = field(default_factory=list)
    hung: set[int] = field(default_factory=set)
    is_suspect: bool = False
    is_wanted: bool = True
    told: asyncio.Future[None] | None = None

    @property
    def is_whole(self) -> bool:
        """Whether every event has its answer."""
        return len(self.done) == len(self.events)


@dataclass(slots=True, eq=False)
class _Worker:
    """A thread, and the call that it is making."""

    busy_since: float | None = None
    jobs: Sequence[LabellingJob] = ()
    size: int = 0

    def has_hung_for(self, seconds: float) -> bool:
        since = self.busy_since
        return since is not None and time.monotonic() - since > seconds


class Labelling:
    """One thread that labels for all requests, replaced where it hangs.

    Parameters
    ----------
    labeller_source : callable returning Labeller
        Asked at every call, so that a promoted model answers from the next call on.
    clock : callable returning datetime
        The present (aware, UTC).
    patience_s : float, default=10.0
        A call that takes longer, in seconds, hangs.

    Notes
    -----
    A model that hangs without letting go of the interpreter holds up the whole process, ``/healthz`` included: whoever
    supervises the process must end it then.
    """

    def __init__(
        self, labeller_source: Callable[[], Labeller], clock: Callable[[], datetime], patience_s: float = 10.0
    ) -> None:
        self._labeller_source = labeller_source
        self._clock = clock
        self._patience_s = patience_s
        self._changed = threading.Condition()
        self._waiting: deque[LabellingJob] = deque()
        self._worker: _Worker | None = None
        self._left_behind = 0
        self._hung_with: Labeller | None = None

    @property
    def fault(self) -> str:
        """What is wrong at present; empty while calls end."""
        worker = self._worker
        if worker is None or not worker.has_hung_for(self._patience_s):
            return ""
        if self._left_behind < _MOST_HUNG:
            return f"No model has answered for {self._patience_s:g} s; incidents go on unlabelled, and labels follow."
        return (
            f"{_MOST_HUNG} calls of the models in force hang; incidents go on unlabelled. Put other models in force, "
            "or restart the service."
        )

    def submit(self, events: Sequence[Incident], precedents: PrecedentQuery | None = None) -> LabellingJob:
        """Have events labelled; called from an event loop."""
        job = LabellingJob(events, asyncio.get_running_loop(), precedents)
        if not events:
            return job
        with self._changed:
            self._waiting.append(job)
            if self._worker is None:
                self._start()
            elif self._worker.busy_since is None:
                self._changed.notify()
            else:
                self._replace_hung()
        return job

    def drop(self, job: LabellingJob) -> None:
        """Let go of a job that nobody waits for any more; a call that is being made with it goes on."""
        with self._changed:
            job.is_wanted = False
            if job in self._waiting and (self._worker is None or job not in self._worker.jobs):
                self._waiting.remove(job)

    async def wait(self, job: LabellingJob, seconds: float) -> None:
        """Wait until a job has all its answers or the time is up; one at a time waits for a job."""
        if job.is_whole:
            return
        # A future and a timer of its own, as `asyncio.wait` takes 10 us longer.
        job.told = job.loop.create_future()
        timer = job.loop.call_later(seconds, _tell, [job])
        try:
            await job.told
        finally:
            timer.cancel()

    async def whole(self, job: LabellingJob) -> None:
        """Wait until a job has all its answers; those that no model gives are made for it."""
        while not job.is_whole:
            await self.wait(job, min(_LOOK_S, self._patience_s))
            with self._changed:
                self._replace_hung()

    def has_hung_for(self, seconds: float) -> bool:
        """Tell whether the call that is being made has taken longer than that already."""
        worker = self._worker
        return worker is not None and worker.has_hung_for(seconds)

    def _start(self) -> None:
        worker = self._worker = _Worker()
        # A daemon, as a model that never ends must not keep the process from ending.
        threading.Thread(target=self._serve, args=(worker,), name="triage-labelling", daemon=True).start()

    def _replace_hung(self) -> None:
        """Leave a call that hangs to itself and have another thread go on; the lock is held."""
        worker = self._worker
        if worker is None or not worker.has_hung_for(self._patience_s):
            return
        labeller = self._labeller_source()
        if labeller is not self._hung_with:
            # Other models are in force: whether they hang is not known yet.
            self._hung_with, self._left_behind = labeller, 0
        if self._left_behind >= _MOST_HUNG:
            return
        self._left_behind += 1
        first = worker.jobs[0].events[len(worker.jobs[0].done)]
        _log.error("labelling_hangs", incidents=worker.size, first=first.id, left_behind=self._left_behind)
        if worker.size == 1:
            worker.jobs[0].hung.add(len(worker.jobs[0].done))
            why = f"No model answered within {self._patience_s:g} s"
            self._hand_over(worker.jobs, [unlabelled(first, why, self._clock())])
        for job in worker.jobs:
            if not job.is_whole:
                self._waiting.remove(job)
                if job.is_wanted:
                    # Behind the others, which are not to wait for it again.
                    job.is_suspect = True
                    self._waiting.append(job)
        self._start()

    def _serve(self, worker: _Worker) -> None:
        while events := self._next_events(worker):
            triages = label_events(self._labeller_source, events, self._clock(), worker.jobs[0].precedents)
            with self._changed:
                worker.busy_since = None
                if worker is not self._worker:
                    # It took so long that others have taken over; they have labelled these again.
                    _log.warning("labelling_came_back", incidents=len(events))
                    self._left_behind = max(self._left_behind - 1, 0)
                    return
                self._hand_over(worker.jobs, triages)

    def _next_events(self, worker: _Worker) -> list[Incident]:
        with self._changed:
            if not self._waiting and not self._changed.wait_for(lambda: bool(self._waiting), _IDLE_S):
                self._worker = None
                return []
            worker.jobs = self._next_jobs()
            most = 1 if worker.jobs[0].is_suspect else MOST_A_CALL
            events = [event for job in worker.jobs for event in job.events[len(job.done) :]][:most]
            worker.size = len(events)
            worker.busy_since = time.monotonic()
            return events

    def _next_jobs(self) -> list[LabellingJob]:
        jobs: list[LabellingJob] = []
        left = MOST_A_CALL
        for job in self._waiting:
            # Those of one call all want the same precedents.
            if left <= 0 or (jobs and (job.is_suspect or job.precedents != jobs[0].precedents)):
                break
            jobs.append(job)
            left -= len(job.events) - len(job.done)
            if job.is_suspect:
                break
        return jobs

    def _hand_over(self, jobs: Sequence[LabellingJob], triages: Sequence[Triage]) -> None:
        at = 0
        for job in jobs:
            wanted = len(job.events) - len(job.done)
            job.done.extend(triages[at : at + wanted])
            at += wanted
        while self._waiting and self._waiting[0].is_whole:
            self._waiting.popleft()
        whole = [job for job in jobs if job.is_whole]
        for loop in {job.loop for job in whole}:
            try:
                loop.call_soon_threadsafe(_tell, [job for job in whole if job.loop is loop])
            except RuntimeError:
                # The loop is closed, and with it everybody who waited on it.
                _log.warning("labels_unheard", requests=len(whole))


def _tell(jobs: Sequence[LabellingJob]) -> None:
    for job in jobs:
        if job.told is not None and not job.told.done():
            job.told.set_result(None)
