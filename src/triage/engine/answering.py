"""Applies the models in force to events. Decides nothing by itself, and has no input or output of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from triage.decide.back_off import back_off
from triage.decide.breaches import BREACH, breach_risk
from triage.decide.service_levels import ServiceLevels
from triage.domain import (
    Contradiction,
    Duplicate,
    Duration,
    Incident,
    IncidentEnd,
    ModelRef,
    Precedent,
    PrecedentQuery,
    Prediction,
    Risk,
    Triage,
)
from triage.engine.loaded import LoadedModel
from triage.engine.predicting import find_contradictions, predict
from triage.learn.answers import RowAnswer
from triage.learn.duration import LEVELS
from triage.learn.fixes import suggest_fix
from triage.learn.inputs import Inputs, from_incidents, opened_at_of
from triage.learn.precedent_texts import precedent_texts
from triage.learn.precedents import Asked, Precedents
from triage.learn.updates import hours_still_open
from triage.learn.waits import moment_hours

__all__ = ["Engine"]


class Engine:
    """The models in force, applied to events.

    Parameters
    ----------
    models : sequence of LoadedModel
        Where two answer for one target, the first does.
    degraded : str, default=""
        What every answer lacks, for instance a model that was refused.
    most_reasons : int, default=6
        Reasons a prediction; 0 for none, which is what files are labelled with unless reasons are asked for.
    most_precedents : int, default=3
        Precedents an incident, where a call does not say; 0 for none.
    levels : ServiceLevels or None, default=None
        Limits from which a breach is foretold where no model has learnt it.
    """

    def __init__(
        self,
        models: Sequence[LoadedModel],
        degraded: str = "",
        most_reasons: int = 6,
        most_precedents: int = 3,
        levels: ServiceLevels | None = None,
    ) -> None:
        self._models = tuple(models)
        self._degraded = degraded or ("" if models else "No model is loaded; the incident goes on unlabelled.")
        self._levels = levels
        self._most_reasons = most_reasons
        self._usual = PrecedentQuery(most_precedents)
        # One index is looked through: what two models learnt from is mostly the same.
        self._shows = next((loaded for loaded in self._models if loaded.precedents is not None), None)

    @property
    def models(self) -> tuple[ModelRef, ...]:
        """The models in force, in the order in which they are asked."""
        return tuple(loaded.ref for loaded in self._models)

    def handle(self, event: Incident, now: datetime) -> Triage:
        """Answer one event: a batch of one."""
        return self.handle_many([event], now)[0]

    def handle_many(
        self, events: Sequence[Incident], now: datetime, precedents: PrecedentQuery | None = None
    ) -> list[Triage]:
        """Answer events, in their order.

        Parameters
        ----------
        events : sequence of Incident
        now : datetime
            When they are answered (aware, UTC).
        precedents : PrecedentQuery or None, default=None
            Which precedents are wanted; None for the usual.

        Returns
        -------
        list of Triage
            One an event. An answer depends on its event, the models and what they remember, to the last bit: not on
            the batch.
        """
        wanted = self._usual if precedents is None else precedents
        drafts = [_Draft() for _ in events]
        for loaded in self._models:
            self._add(loaded, events, drafts, wanted)
        return [
            Triage(
                event.id,
                event.source,
                tuple(draft.predictions.values()),
                self._degraded,
                now,
                risks=tuple(draft.risks.values()),
                duration=draft.duration,
                precedents=draft.precedents,
                duplicate=draft.duplicate,
                suggested_fix=suggest_fix(draft.precedents),
                contradictions=draft.contradictions,
            )
            for event, draft in zip(events, drafts, strict=True)
        ]

    @property
    def precedents(self) -> Precedents | None:
        """The past incidents that are looked through."""
        return None if self._shows is None else self._shows.precedents

    def remember(self, events: Sequence[Incident], *, replaces: bool = True) -> None:
        """Have events found as precedents of what is answered from now on, but for restricted ones.

        Parameters
        ----------
        events : sequence of Incident
        replaces : bool, default=True
            Whether an event that is remembered already is to be as this one is; else it stays as it is.
        """
        if self._shows is None or self._shows.precedents is None:
            return
        columns = self._shows.model.columns
        texts = precedent_texts(from_incidents(events, columns), columns)
        for event, text in zip(events, texts, strict=True):
            self._shows.precedents.remember(event, text, columns, replaces=replaces)

    def remember_ends(self, ends: Sequence[IncidentEnd], *, replaces: bool = True) -> None:
        """Have precedents show from now on what has become known of how incidents ended.

        Parameters
        ----------
        ends : sequence of IncidentEnd
        replaces : bool, default=True
            Whether, of two values that became known at once, one of these counts; else what was told before.
        """
        if self._shows is None or self._shows.precedents is None:
            return
        for end in ends:
            self._shows.precedents.tell(end, self._shows.model.columns, replaces=replaces)

    def _add(
        self, loaded: LoadedModel, events: Sequence[Incident], drafts: Sequence[_Draft], wanted: PrecedentQuery
    ) -> None:
        inputs = from_incidents(events, loaded.model.columns)
        answers = list(loaded.model.answer(inputs, self._most_reasons))
        assessed = _assess(loaded, inputs, answers, self._most_reasons)
        opened = [opened_at_of(event, loaded.model.columns) for event in events]
        parents = loaded.model.parents
        for at, (event, answer, risks, draft) in enumerate(zip(events, answers, assessed, drafts, strict=True)):
            doubt = _doubt(loaded, inputs, at, answer)
            predictions = predict(loaded, event, (answer, doubt), self._most_reasons)
            for prediction in back_off(predictions, parents):
                draft.predictions.setdefault(prediction.target, prediction)
            draft.contradictions = draft.contradictions or find_contradictions(loaded, event, predictions)
            for risk in risks:
                draft.risks.setdefault(risk.name, risk)
            draft.duration = draft.duration or _duration(loaded, answer, event, opened[at])
            self._add_breach(event, opened[at] or event.received_at, draft)
        if loaded is self._shows and loaded.precedents is not None and wanted.most:
            texts = precedent_texts(inputs, loaded.model.columns)
            for event, text, opened_at, draft in zip(events, texts, opened, drafts, strict=True):
                asked = Asked(event.id, text, event.labels, opened_at or event.received_at)
                draft.precedents, draft.duplicate = loaded.precedents.find(asked, wanted, loaded.ref)

    def _add_breach(self, event: Incident, opened_at: datetime, draft: _Draft) -> None:
        if self._levels is None or draft.duration is None or BREACH in draft.risks:
            return
        risk = breach_risk(self._levels, event.labels, draft.predictions, opened_at, draft.duration)
        if risk is not None:
            draft.risks[BREACH] = risk


@dataclass(slots=True)
class _Draft:
    """What the models asked so far say about one event; where two speak of one thing, the first is heard."""

    predictions: dict[str, Prediction] = field(default_factory=dict)
    risks: dict[str, Risk] = field(default_factory=dict)
    duration: Duration | None = None
    precedents: tuple[Precedent, ...] = ()
    duplicate: Duplicate | None = None
    contradictions: tuple[Contradiction, ...] = ()


def _assess(loaded: LoadedModel, inputs: Inputs, answers: Sequence[RowAnswer], most_reasons: int) -> list[list[Risk]]:
    if loaded.risks is None:
        return [[] for _ in answers]
    return [
        [Risk(each.name, each.probability, loaded.ref, each.reasons(inputs, at, most_reasons)) for each in assessed]
        for at, assessed in enumerate(loaded.risks.assess([answer.row for answer in answers]))
    ]


def _doubt(loaded: LoadedModel, inputs: Inputs, at: int, answer: RowAnswer) -> str:
    usual = loaded.policy.familiarity
    return "" if usual is None else usual.doubt_at(loaded.model.features, inputs, at, answer.row.ids)


def _duration(loaded: LoadedModel, answer: RowAnswer, event: Incident, opened_at: datetime | None) -> Duration | None:
    if loaded.duration is None or answer.is_blank:
        return None
    waited = hours_still_open(event, opened_at, loaded.model.columns)
    hours = loaded.duration.hours(answer.row, moment_hours(opened_at), waited)
    return Duration(loaded.ref, tuple(zip(LEVELS, hours, strict=True)))
