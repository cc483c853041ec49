"""Events in, answers out: the one path of live service and of labelling files. No input or output of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from triage.decide.policy import Policy
from triage.domain import Decision, Incident, ModelRef, Prediction, RankedLabel, Reason, Triage
from triage.learn.inputs import from_incidents
from triage.learn.model import IncidentModel, RowAnswer

__all__ = ["Engine", "LoadedModel", "target_probabilities"]

# A person choosing from a list reads five lines; more is stored by nobody.
_MOST_LABELS = 5


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model in force, with what it may do.

    Parameters
    ----------
    ref : ModelRef
    model : IncidentModel
    policy : Policy
    """

    ref: ModelRef
    model: IncidentModel
    policy: Policy


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
    """

    def __init__(self, models: Sequence[LoadedModel], degraded: str = "", most_reasons: int = 6) -> None:
        self._models = tuple(models)
        self._degraded = degraded or ("" if models else "No model is loaded; the incident goes on unlabelled.")
        self._most_reasons = most_reasons

    @property
    def models(self) -> tuple[ModelRef, ...]:
        """The models in force, in the order in which they are asked."""
        return tuple(loaded.ref for loaded in self._models)

    def handle(self, event: Incident, now: datetime) -> Triage:
        """Answer one event: a batch of one."""
        return self.handle_many([event], now)[0]

    def handle_many(self, events: Sequence[Incident], now: datetime) -> list[Triage]:
        """Answer events, in their order.

        Parameters
        ----------
        events : sequence of Incident
        now : datetime
            When they are answered (aware, UTC).

        Returns
        -------
        list of Triage
            One an event. An answer depends on its event and the models alone, to the last bit: not on the batch.
        """
        found: list[dict[str, Prediction]] = [{} for _ in events]
        for loaded in self._models:
            inputs = from_incidents(events, loaded.model.columns)
            for predictions, answer in zip(found, loaded.model.answer(inputs), strict=True):
                for prediction in _predict(loaded, answer, self._most_reasons):
                    predictions.setdefault(prediction.target, prediction)
        return [
            Triage(event.id, event.source, tuple(predictions.values()), self._degraded, now)
            for event, predictions in zip(events, found, strict=True)
        ]


def target_probabilities(
    policy: Policy, of_heads: Mapping[str, tuple[Sequence[str], NDArray[np.float64]]]
) -> Mapping[str, tuple[Sequence[str], NDArray[np.float64]]]:
    """Add what follows from the heads' probabilities: priority, where the policy derives it.

    Parameters
    ----------
    policy : Policy
    of_heads : mapping of str to (labels, probabilities of shape (n, n_labels))
        By target.
    """
    rule = policy.priority
    if rule is None:
        return MappingProxyType(dict(of_heads))
    derived = rule.probabilities(of_heads[rule.impact], of_heads[rule.urgency])
    return MappingProxyType({**of_heads, rule.priority: (rule.classes, derived)})


def _predict(loaded: LoadedModel, answer: RowAnswer, most_reasons: int) -> list[Prediction]:
    of_heads = {
        head.target: (head.classes, answer.answers[head.target].probabilities[None, :]) for head in loaded.model.heads
    }
    predictions: dict[str, Prediction] = {}
    for target, (classes, probabilities) in target_probabilities(loaded.policy, of_heads).items():
        # The methods, and whole lists: on so few labels np.argsort and a float at a time cost four times as much.
        best = (-probabilities[0]).argsort(kind="stable")[:_MOST_LABELS]
        order: list[int] = best.tolist()
        chosen: list[float] = probabilities[0, best].tolist()
        ranked = tuple([RankedLabel(classes[at], value) for at, value in zip(order, chosen, strict=True)])
        decision, why = loaded.policy.targets[target].decide(ranked[0].probability)
        if answer.is_blank:
            decision, why = Decision.ABSTAIN, "The incident gives nothing that the model reads."
        reasons = answer.reasons(target, order[0], most_reasons) if most_reasons and target in answer.answers else ()
        predictions[target] = Prediction(target, loaded.ref, ranked, decision, why, reasons)
    rule = loaded.policy.priority
    if rule is not None and most_reasons:
        parts = tuple(_because(predictions[name]) for name in (rule.impact, rule.urgency))
        predictions[rule.priority] = replace(predictions[rule.priority], reasons=parts)
    return list(predictions.values())


def _because(part: Prediction) -> Reason:
    best = part.ranked[0]
    log_odds = float(np.log(best.probability) - np.log(max(1.0 - best.probability, np.finfo(float).tiny)))
    return Reason("target", part.target, best.label, log_odds)
