"""Live events: label all of a request in one call, commit, then answer. No SQL, no HTTP, no clock of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from triage.domain import Feedback, Incident, Triage
from triage.errors import DataError, Problem
from triage.flow.ports import Answer, AnswerStatus, CommitCounts, Entry, Journal, Labeller, Outlets, Page, Received

__all__ = ["LiveFlow"]

_log = structlog.get_logger(__name__)


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
    """

    def __init__(
        self,
        labeller_source: Callable[[], Labeller],
        journal: Journal,
        clock: Callable[[], datetime],
        outlets: Outlets | None = None,
    ) -> None:
        self._labeller_source = labeller_source
        self._journal = journal
        self._clock = clock
        self._outlets = outlets

    @property
    def counts(self) -> CommitCounts:
        """What the journal has written since it was opened."""
        return self._journal.counts

    async def accept(self, received: Sequence[Received]) -> list[Answer]:
        """Label incidents and commit each with its answer; what is returned is on disk.

        Parameters
        ----------
        received : sequence of Received
            Those of one request; the same incident may be among them several times.

        Returns
        -------
        list of Answer
            One each, in their order.

        Raises
        ------
        StoreUnavailable
            Nothing of it was kept; the sender should try again.
        """
        triages = self._label([one.incident for one in received], self._clock())
        return await self._commit(
            [
                Entry(one, triage, self._destinations(one.incident.source))
                for one, triage in zip(received, triages, strict=True)
            ]
        )

    def preview(self, received: Sequence[Received]) -> list[Answer]:
        """Label incidents and keep nothing: a dry run."""
        triages = self._label([one.incident for one in received], self._clock())
        return [
            Answer(AnswerStatus.PREVIEW, 0, one.incident.received_at, triage)
            for one, triage in zip(received, triages, strict=True)
        ]

    async def feedback(self, feedback: Feedback) -> Feedback:
        """Commit a person's verdict.

        Parameters
        ----------
        feedback : Feedback
            With an empty source, the only source that has the incident is meant.

        Returns
        -------
        Feedback
            As it was kept.

        Raises
        ------
        NotFound
            No such incident.
        Conflict
            The source is empty and several have the incident.
        DataError
            The stored answer has no such target.
        StoreUnavailable
            Nothing was kept.
        """
        found = await self._journal.find(feedback.incident_id, feedback.source or None)
        targets = [prediction.target for prediction in found.triage.predictions]
        # What was answered without a model has no targets; what a person says of it is kept all the same.
        if targets and feedback.target not in targets:
            problem = Problem(f"must be one of {', '.join(targets)}", where="target", got=feedback.target)
            raise DataError("The answer on this incident has no such target.", [problem])
        feedback = replace(feedback, source=found.triage.source)
        await self._journal.add_feedback(feedback)
        return feedback

    async def find(self, incident_id: str, source: str | None = None) -> Answer:
        """Return the stored answer on an incident; raises as `Journal.find` does."""
        return await self._journal.find(incident_id, source)

    async def page(self, limit: int, cursor: str | None = None, source: str | None = None) -> Page:
        """Return stored answers, newest incident first; raises as `Journal.page` does."""
        return await self._journal.page(limit, cursor, source)

    async def check(self) -> None:
        """Raise StoreUnavailable unless an incident could be accepted now."""
        await self._journal.check()

    def _destinations(self, source: str) -> tuple[str, ...]:
        return () if self._outlets is None else self._outlets.of(source)

    async def _commit(self, entries: Sequence[Entry]) -> list[Answer]:
        answers = await self._journal.record(entries)
        if self._outlets is not None:
            self._outlets.wake(sorted({name for entry in entries for name in entry.destinations}))
        return answers

    def _label(self, events: Sequence[Incident], now: datetime, *, retried: bool = False) -> list[Triage]:
        if not events:
            return []
        try:
            triages = self._labeller_source().handle_many(events, now)
            return [triage for _, triage in zip(events, triages, strict=True)]
        except Exception as err:  # noqa: BLE001  # whatever is wrong with a model, the event must be kept and sent on
            # A list that fails again one by one would write the same traceback a thousand times.
            _log.error(
                "labelling_failed", incidents=len(events), first=events[0].id, error=repr(err), exc_info=not retried
            )
            failed = type(err).__name__
        if len(events) > 1:
            return [triage for event in events for triage in self._label([event], now, retried=True)]
        reason = f"The labeller failed ({failed}); the incident goes on unlabelled."
        return [Triage(events[0].id, events[0].source, degraded=reason, answered_at=now)]
