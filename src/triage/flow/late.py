"""Labels that follow: what went on unlabelled is labelled later, and told as an update. No SQL, no HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from triage.domain import Triage
from triage.errors import TriageError
from triage.flow.answers import Relabel, Unlabelled
from triage.flow.labelling import Labelling
from triage.flow.ports import Journal, Labeller, Outlets

__all__ = ["LateLabels"]

_log = structlog.get_logger(__name__)

# What is older is history: a person has dealt with it by now.
_LONGEST = timedelta(days=1)
_A_TURN = 100
_SHORTEST_NAP_S = 1.0
_LONGEST_NAP_S = 300.0


class LateLabels:
    """Labels what went on without.

    Parameters
    ----------
    labelling : Labelling
    labeller_source : callable returning Labeller
    journal : Journal
    clock : callable returning datetime
        The present (aware, UTC).
    outlets : Outlets or None
        Where labels go on to.
    """

    def __init__(
        self,
        labelling: Labelling,
        labeller_source: Callable[[], Labeller],
        journal: Journal,
        clock: Callable[[], datetime],
        outlets: Outlets | None,
    ) -> None:
        self._labelling = labelling
        self._labeller_source = labeller_source
        self._journal = journal
        self._clock = clock
        self._outlets = outlets
        # What a process that died left is looked for at the start.
        self._may_be_some = True
        self._after = 0
        self._following: set[asyncio.Task[None]] = set()
        # By source, id and number: whose labels are being made already, and what makes a model hang.
        self._in_hand: set[tuple[str, str, int]] = set()
        self._hopeless: set[tuple[str, str, int]] = set()

    def expect(self) -> None:
        """Say that something went on unlabelled."""
        self._may_be_some = True

    def follow(self, revisions: Sequence[Unlabelled], relabelled: asyncio.Task[None]) -> None:
        """Hold on to a task that brings labels, until it ends; catching up leaves their revisions to it."""
        places = {_place(one) for one in revisions}

        def let_go(task: asyncio.Task[None]) -> None:
            self._following.discard(task)
            self._in_hand -= places

        self._in_hand |= places
        self._following.add(relabelled)
        relabelled.add_done_callback(let_go)

    def give_up(self, hung: Sequence[Unlabelled]) -> None:
        """Say which revisions make a model hang: they stay unlabelled."""
        self._hopeless |= {_place(one) for one in hung}

    async def commit(self, relabels: Sequence[Relabel], given_up: Sequence[int] = ()) -> None:
        """Commit labels that followed, and tell the destinations; what cannot be committed is labelled again later."""
        try:
            await self._journal.relabel(relabels, given_up)
        except TriageError as err:
            _log.error("labels_wait", incidents=len(relabels), error=repr(err))
            return
        if self._outlets is not None:
            self._outlets.wake(sorted({name for one in relabels for name in one.destinations}))

    async def catch_up(self) -> int:
        """Label some of what waits for labels; return how many got some.

        Raises
        ------
        StoreUnavailable
            The journal cannot be read.
        """
        if not (self._may_be_some and self._labeller_source().models):
            return 0
        found = await self._journal.unlabelled(self._after, _A_TURN)
        self._may_be_some = bool(found) or self._after > 0
        self._after = found[-1].seq if len(found) == _A_TURN else 0
        oldest = self._clock() - _LONGEST
        waiting = [one for one in found if _place(one) not in self._in_hand]
        wanted = [one for one in waiting if one.incident.received_at >= oldest and _place(one) not in self._hopeless]
        job = self._labelling.submit([one.incident for one in wanted])
        await self._labelling.whole(job)
        kept = {one.seq for at, one in enumerate(wanted) if at not in job.hung}
        given_up = [one.seq for one in waiting if one.seq not in kept]
        relabels = [
            self.relabel(one, triage) for one, triage in zip(wanted, job.done, strict=True) if triage.predictions
        ]
        if relabels or given_up:
            await self.commit(relabels, given_up)
        return len(relabels)

    def relabel(self, one: Unlabelled, triage: Triage) -> Relabel:
        """Return what is committed for a revision that has got labels."""
        source = one.incident.source
        if self._outlets is None:
            return Relabel(source, one.incident.id, one.revision, triage)
        names = self._outlets.of(source)
        return Relabel(source, one.incident.id, one.revision, triage, names, self._outlets.members(names))

    async def run(self) -> None:
        """Catch up for ever: soon while it helps, seldom while the models fail, and at once with another model."""
        nap_s, models = _SHORTEST_NAP_S, self._labeller_source().models
        while True:
            slept_s = 0.0
            while slept_s < nap_s and self._labeller_source().models == models:
                await asyncio.sleep(_SHORTEST_NAP_S)
                slept_s += _SHORTEST_NAP_S
            models = self._labeller_source().models
            try:
                labelled = await self.catch_up()
            except TriageError as err:
                _log.error("late_labels_wait", error=repr(err))
                labelled = 0
            is_idle = not self._may_be_some
            nap_s = _SHORTEST_NAP_S if labelled or is_idle else min(2 * nap_s, _LONGEST_NAP_S)


def _place(one: Unlabelled) -> tuple[str, str, int]:
    return one.incident.source, one.incident.id, one.revision
