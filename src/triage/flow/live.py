"""Live events: label all of a request in one call, commit, then answer. No SQL, no HTTP, no clock of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from triage.domain import (
    Change,
    Feedback,
    Group,
    Incident,
    IncidentEnd,
    Outcome,
    PrecedentQuery,
    Triage,
)
from triage.errors import NotFound
from triage.flow.answers import Answer, AnswerStatus, Entry, Received, Unlabelled
from triage.flow.asking import remember_ends, remember_events
from triage.flow.labelling import Labelling, LabellingJob
from triage.flow.late import LateLabels
from triage.flow.oversight import Oversight
from triage.flow.pages import ChangePage, GroupPage, GroupQuery, Page
from triage.flow.ports import CommitCounts, Journal, Labeller, Outlets
from triage.flow.verdicts import Verdicts

__all__ = ["LiveFlow", "Waits"]


@dataclass(frozen=True, slots=True)
class Waits:
    """How long models may take.

    Parameters
    ----------
    deadline_s : float, default=0.5
        How long an incident waits for its labels, in seconds; without them it goes on, and they follow.
    patience_s : float, default=10.0
        A call of the models that takes longer, in seconds, hangs: it is left to itself, and others are labelled.
    """

    deadline_s: float = 0.5
    patience_s: float = 10.0


_USUAL_WAITS = Waits()


class LiveFlow:
    """What can be done with live incidents.

    Parameters
    ----------
    labeller_source : callable returning Labeller
        Asked at every request, so that a promoted model answers from the next request on.
    journal : Journal
        Where incidents, answers and verdicts are kept.
    clock : callable returning datetime
        The present (aware, UTC).
    outlets : Outlets or None, default=None
        Where incidents go on to; nowhere if None.
    waits : Waits
        How long models may take.
    oversight : Oversight or None, default=None
        Holds automatic labels back where live evidence is against them, and for audit; nobody does if None.
    """

    def __init__(
        self,
        labeller_source: Callable[[], Labeller],
        journal: Journal,
        clock: Callable[[], datetime],
        outlets: Outlets | None = None,
        waits: Waits = _USUAL_WAITS,
        oversight: Oversight | None = None,
    ) -> None:
        labeller_source = labeller_source if oversight is None else _overseen(labeller_source, oversight)
        self._labeller_source = labeller_source
        self.oversight = oversight
        self._journal = journal
        self._clock = clock
        self._outlets = outlets
        self._deadline_s = waits.deadline_s
        # As long as somebody may still wait for it, a call is slow but does not hang.
        self._labelling = Labelling(labeller_source, clock, max(waits.patience_s, 2 * waits.deadline_s))
        # Changes that were new since the start: whoever remembers some need not ask the journal whether there are more.
        self.changes_taken = 0
        self.late = LateLabels(self._labelling, labeller_source, journal, clock, outlets)
        self._verdicts = Verdicts(labeller_source, journal, oversight)

    @property
    def labelling_fault(self) -> str:
        """Why incidents go on unlabelled at present, although there are models; empty while they answer."""
        return self._labelling.fault

    @property
    def counts(self) -> CommitCounts:
        """What the journal has written since it was opened."""
        return self._journal.counts

    async def accept(self, received: Sequence[Received], precedents: PrecedentQuery | None = None) -> list[Answer]:
        """Label incidents and commit each with its answer; what is returned is on disk.

        What no model has answered by the deadline is committed unlabelled and marked degraded; labels follow.

        Parameters
        ----------
        received : sequence of Received
            Those of one request; the same incident may be among them several times.
        precedents : PrecedentQuery or None, default=None
            Which precedents are wanted; None for the usual.

        Returns
        -------
        list of Answer
            One each, in their order.

        Raises
        ------
        StoreUnavailable
            Nothing of it was kept; the sender should try again.
        """
        standing = {at: await self._standing(one.incident) for at, one in enumerate(received) if one.keeps_answer}
        fresh = [one.incident for at, one in enumerate(received) if standing.get(at) is None]
        triages, late = await self._label(fresh, precedents, "labels follow as an update")
        labelled = iter(triages)
        answers = await self._commit(
            [self._entry(one, standing.get(at) or next(labelled)) for at, one in enumerate(received)]
        )
        # What is older than what is in force, or known already, says nothing new of an incident.
        news = (AnswerStatus.CREATED, AnswerStatus.UPDATED)
        events = [one.incident for one, answer in zip(received, answers, strict=True) if answer.status in news]
        await remember_events(self._labeller_source, events)
        # A first report that it is over does not say since when.
        ends = [
            IncidentEnd(one.incident, states=((one.incident.received_at, one.incident.state),))
            for one, answer in zip(received, answers, strict=True)
            if answer.status is AnswerStatus.UPDATED
        ]
        await remember_ends(self._labeller_source, ends)
        if late is not None:
            of_fresh = [answer for at, answer in enumerate(answers) if standing.get(at) is None]
            waits = [Unlabelled(0, event, one.revision) for event, one in zip(fresh, of_fresh, strict=True)]
            self.late.follow(waits, asyncio.create_task(self._follow(late, waits, of_fresh)))
        if any(triage.degraded and not triage.predictions for triage in triages):
            self.late.expect()
        if self.oversight is not None:
            self.oversight.count(answers)
        return answers

    async def preview(self, events: Sequence[Incident], precedents: PrecedentQuery | None = None) -> list[Answer]:
        """Label incidents by the deadline and keep nothing: a dry run; nothing follows what is late."""
        triages, late = await self._label(events, precedents, "labels did not come in time")
        if late is not None:
            self._labelling.drop(late)
        return [
            Answer(AnswerStatus.PREVIEW, 0, event.received_at, triage, event.state)
            for event, triage in zip(events, triages, strict=True)
        ]

    async def feedback(self, feedback: Feedback) -> Feedback:
        """Commit a person's verdict; raises as `Verdicts.feedback` does."""
        return await self._verdicts.feedback(feedback)

    async def outcome(self, outcome: Outcome) -> Outcome:
        """Commit how an incident ended; raises as `Verdicts.outcome` does."""
        return await self._verdicts.outcome(outcome)

    async def find(self, incident_id: str, source: str | None = None) -> Answer:
        """Return the stored answer on an incident; raises as `Journal.find` does."""
        return await self._journal.find(incident_id, source)

    async def page(self, limit: int, cursor: str | None = None, source: str | None = None) -> Page:
        """Return stored answers, newest incident first; raises as `Journal.page` does."""
        return await self._journal.page(limit, cursor, source)

    async def latest(self, incident_id: str, source: str) -> Incident | None:
        """Return an incident as its latest revision said, or None."""
        return await self._journal.latest(incident_id, source)

    async def find_group(self, group_id: str) -> Group:
        """Return a group with its members; raises as `Journal.find_group` does."""
        return await self._journal.find_group(group_id)

    async def page_groups(self, query: GroupQuery) -> GroupPage:
        """Return groups, the last begun first; raises as `Journal.page_groups` does."""
        return await self._journal.page_groups(query)

    async def accept_changes(self, changes: Sequence[Change]) -> int:
        """Commit changes and return how many were new; raises StoreUnavailable when none was kept."""
        new = await self._journal.add_changes(changes)
        self.changes_taken += new
        return new

    async def page_changes(self, limit: int, cursor: str | None = None) -> ChangePage:
        """Return stored changes, the last first; raises as `Journal.page_changes` does."""
        return await self._journal.page_changes(limit, cursor)

    async def check(self) -> None:
        """Raise StoreUnavailable unless an incident could be accepted now."""
        await self._journal.check()

    async def _standing(self, incident: Incident) -> Triage | None:
        try:
            return (await self._journal.find(incident.id, incident.source)).triage
        except NotFound:
            return None

    def _entry(self, received: Received, triage: Triage) -> Entry:
        if self._outlets is None:
            return Entry(received, triage)
        names = self._outlets.of(received.incident.source)
        return Entry(received, triage, names, self._outlets.members(names))

    async def _commit(self, entries: Sequence[Entry]) -> list[Answer]:
        answers = await self._journal.record(entries)
        if self._outlets is not None:
            self._outlets.wake(sorted({name for entry in entries for name in entry.destinations}))
        return answers

    async def _label(
        self, events: Sequence[Incident], precedents: PrecedentQuery | None, otherwise: str
    ) -> tuple[list[Triage], LabellingJob | None]:
        """Return an answer each, within the deadline; and the job that is not done by then."""
        if not events:
            return [], None
        job = self._labelling.submit(events, precedents)
        # Behind a call that has hung for as long already, waiting is in vain.
        if not self._labelling.has_hung_for(self._deadline_s):
            await self._labelling.wait(job, self._deadline_s)
        done = list(job.done)
        if len(done) == len(events):
            return done, None
        reason = f"No model answered within {self._deadline_s * 1000:.0f} ms; {otherwise}."
        now = self._clock()
        late = [Triage(event.id, event.source, degraded=reason, answered_at=now) for event in events[len(done) :]]
        return [*done, *late], job

    async def _follow(self, job: LabellingJob, waits: Sequence[Unlabelled], answers: Sequence[Answer]) -> None:
        """Bring the labels of what was not done in time."""
        await self._labelling.whole(job)
        self.late.give_up([waits[at] for at in job.hung])
        followed = [
            self.late.relabel(one, triage)
            for one, answer, triage in zip(waits, answers, job.done, strict=True)
            if answer.triage.degraded and not answer.triage.predictions and triage.predictions
        ]
        if followed:
            await self.late.commit(followed)


def _overseen(labeller_source: Callable[[], Labeller], oversight: Oversight) -> Callable[[], Labeller]:
    return lambda: oversight.over(labeller_source())
