"""Automatic labels under watch: withdrawn where live evidence breaks their promise, and a share of them audited.

What people say of labels comes in with feedback and outcomes; what is withdrawn stands in memory, where labelling looks
at it. No SQL, no HTTP, no clock of its own.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

import structlog

from triage.decide.audit import is_audited
from triage.domain import Decision, Incident, IncidentEnd, ModelRef, PrecedentQuery, Prediction, Triage
from triage.errors import TriageError
from triage.flow.answers import Answer, AnswerStatus
from triage.flow.ports import Labeller
from triage.monitor import Place, Standing, Tally, find_broken

__all__ = ["AUDIT", "WITHDRAWN", "EvidenceBook", "Known", "Oversight", "Verdict", "Withdrawal"]

_log = structlog.get_logger(__name__)

# Why an automatic label is left to people, in `Prediction.held`.
AUDIT, WITHDRAWN = "audit", "withdrawn"
# What other processes have heard is looked for so often, and what was set is written down: it is no more than a count.
_NAP_S = 10.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What people say of a label that was automatic, or would have been.

    Parameters
    ----------
    source, incident_id : str
    place : Place
        The label that was predicted, by whom.
    is_audit : bool
        Whether it was left to people for audit.
    is_right : bool
    known_at : datetime
        Aware, UTC.
    """

    source: str
    incident_id: str
    place: Place
    is_audit: bool
    is_right: bool
    known_at: datetime


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A label of a model's target, or with an empty label the whole target, that is not automatic any more.

    Parameters
    ----------
    place : Place
    since : datetime
        Aware, UTC.
    reason : str
    """

    place: Place
    since: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Known:
    """What is written down of the models that were asked for."""

    standings: Mapping[Place, Standing] = field(default_factory=dict)
    withdrawals: Sequence[Withdrawal] = ()


class EvidenceBook(Protocol):
    """Where evidence and withdrawals are kept; `triage.store.SqlEvidenceBook` is one."""

    async def add_verdicts(self, verdicts: Sequence[Verdict]) -> list[Verdict]:
        """Keep the first verdict on each target of each incident; return those that were the first."""

    async def add_automatic(self, labels: Mapping[Place, int]) -> None:
        """Count labels that were set automatically."""

    async def withdraw(self, withdrawal: Withdrawal) -> bool:
        """Keep a withdrawal; False where the place is withdrawn already."""

    async def read(self, models: Sequence[ModelRef]) -> Known:
        """Return what is known of some models."""


class Oversight:
    """Watches over what is labelled automatically.

    Parameters
    ----------
    book : EvidenceBook
    promises : callable returning mapping of (ModelRef, target) to float
        The precision that each model in force promises. Another version of a model starts afresh.
    clock : callable returning datetime
        The present (aware, UTC).
    audit_share : float, default=0.0
        Share of the incidents, in [0, 1], whose automatic labels are left to people.
    """

    def __init__(
        self,
        book: EvidenceBook,
        promises: Callable[[], Mapping[tuple[ModelRef, str], float]],
        clock: Callable[[], datetime],
        audit_share: float = 0.0,
    ) -> None:
        self._book = book
        self._promises = promises
        self._clock = clock
        self._audit_share = audit_share
        self._standings: dict[Place, Standing] = {}
        self._withdrawn: dict[Place, Withdrawal] = {}
        self._uncounted: Counter[Place] = Counter()
        self._known_models: frozenset[ModelRef] = frozenset()
        self._turn = asyncio.Lock()

    @property
    def withdrawn(self) -> tuple[Withdrawal, ...]:
        """What is withdrawn of the models in force, by model, target and label."""
        models = {model for model, _ in self._promises()}
        ordered = sorted(self._withdrawn.values(), key=lambda one: _order(one.place))
        return tuple(one for one in ordered if one.place.model in models)

    def over(self, labeller: Labeller) -> Labeller:
        """Return a labeller whose automatic labels are held back where they are withdrawn or audited."""
        return _Overseen(labeller, self._hold)

    def count(self, answers: Iterable[Answer]) -> None:
        """Count the automatic labels of incidents that are new and committed."""
        for answer in answers:
            if answer.status is AnswerStatus.CREATED:
                for one in answer.triage.predictions:
                    if one.decision is Decision.AUTO:
                        self._uncounted[_place(one)] += 1

    async def hear(self, triage: Triage, said: Mapping[str, str], known_at: datetime) -> None:
        """Take in what people say of an incident, and withdraw what they show to be worse than promised.

        Parameters
        ----------
        triage : Triage
            What was answered on it.
        said : mapping of str to str
            The right labels by target, as people say; our own are not among them.
        known_at : datetime
            Since when (aware, UTC).

        Notes
        -----
        The first verdict on a label counts; a mind that is changed later is for the next training run. What cannot be
        written is logged, as the verdict itself is kept.
        """
        verdicts = [
            Verdict(
                triage.source,
                triage.incident_id,
                _place(one),
                one.held == AUDIT,
                one.ranked[0].label == said[one.target],
                known_at,
            )
            for one in triage.predictions
            if one.target in said and (one.decision is Decision.AUTO or one.held == AUDIT)
        ]
        if not verdicts:
            return
        try:
            async with self._turn:
                for one in await self._book.add_verdicts(verdicts):
                    self._standings[one.place] = self._standings.get(one.place, Standing()) + _counted(one)
                await self._judge()
        except TriageError as err:
            _log.error("verdict_not_watched", source=triage.source, incident=triage.incident_id, error=repr(err))

    async def refresh(self) -> None:
        """Write down what has been counted, and take in what other processes, or the run before, have heard.

        Raises
        ------
        StoreUnavailable
            The book cannot be read or written; what was counted is kept for the next time.
        """
        async with self._turn:
            models = frozenset(model for model, _ in self._promises())
            counted = Counter(self._uncounted)
            if counted:
                await self._book.add_automatic(counted)
                self._uncounted.subtract(counted)
            known = await self._book.read(sorted(models, key=lambda model: (model.name, model.version)))
            self._standings = dict(known.standings)
            self._withdrawn = {one.place: one for one in known.withdrawals}
            await self._judge()

    async def run(self) -> None:
        """Refresh for ever: every some seconds."""
        while True:
            await asyncio.sleep(_NAP_S)
            try:
                await self.refresh()
            except TriageError as err:
                _log.error("oversight_waits", error=repr(err))

    async def _judge(self) -> None:
        uncounted = {place: Standing(Tally(n)) for place, n in self._uncounted.items() if n}
        standings = {
            place: self._standings.get(place, Standing()) + uncounted.get(place, Standing())
            for place in {*self._standings, *uncounted}
        }
        for place, reason in find_broken(standings, self._promises()).items():
            if place not in self._withdrawn:
                withdrawal = Withdrawal(place, self._clock(), reason)
                is_news = await self._book.withdraw(withdrawal)
                self._withdrawn[place] = withdrawal
                if is_news:
                    model = place.model
                    _log.warning(
                        "automation_withdrawn",
                        model=model.name,
                        version=model.version,
                        target=place.target,
                        label=place.label,
                        reason=reason,
                    )

    def _hold(self, triage: Triage) -> Triage:
        if Decision.AUTO not in [one.decision for one in triage.predictions]:
            return triage
        audits = is_audited(triage.source, triage.incident_id, self._audit_share)
        if not (audits or self._withdrawn):
            return triage
        return replace(triage, predictions=tuple(self._held(one, audits=audits) for one in triage.predictions))

    def _held(self, one: Prediction, *, audits: bool) -> Prediction:
        if one.decision is not Decision.AUTO:
            return one
        withdrawal = self._withdrawn.get(_place(one)) or self._withdrawn.get(Place(one.model, one.target))
        if withdrawal is not None:
            since = f"{withdrawal.since:%Y-%m-%d %H:%M} UTC"
            why = f"withdrawn: {withdrawal.reason} (since {since}). {one.why}"
            return one._replace(decision=Decision.SUGGEST, why=why, held=WITHDRAWN)
        if audits:
            why = f"audit: one of the {self._audit_share:.1%} of incidents that are left to people. {one.why}"
            return one._replace(decision=Decision.SUGGEST, why=why, held=AUDIT)
        return one


@dataclass(frozen=True, slots=True)
class _Overseen:
    """A labeller whose answers pass through a rule."""

    labeller: Labeller
    hold: Callable[[Triage], Triage]

    @property
    def models(self) -> tuple[ModelRef, ...]:
        return self.labeller.models

    def handle_many(
        self, events: Sequence[Incident], now: datetime, precedents: PrecedentQuery | None = None
    ) -> list[Triage]:
        return [self.hold(triage) for triage in self.labeller.handle_many(events, now, precedents)]

    def remember(self, events: Sequence[Incident]) -> None:
        self.labeller.remember(events)

    def remember_ends(self, ends: Sequence[IncidentEnd]) -> None:
        self.labeller.remember_ends(ends)


def _place(prediction: Prediction) -> Place:
    return Place(prediction.model, prediction.target, prediction.ranked[0].label)


def _order(place: Place) -> tuple[str, str, str]:
    return place.model.name, place.target, place.label


def _counted(verdict: Verdict) -> Standing:
    wrong = int(not verdict.is_right)
    return Standing(audited=Tally(1, wrong)) if verdict.is_audit else Standing(automatic=Tally(0, wrong))
