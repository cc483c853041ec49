"""Predictions of one incident from what a model answers: ranked, decided on, with the priority that follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from triage.decide.familiarity import lower
from triage.decide.priority import PriorityRule
from triage.domain import Contradiction, Decision, Incident, Prediction, RankedLabel, Reason
from triage.engine.loaded import LoadedModel
from triage.learn.answers import MOST_LABELS, RowAnswer

__all__ = ["find_contradictions", "predict"]


def predict(loaded: LoadedModel, event: Incident, told: tuple[RowAnswer, str], most_reasons: int) -> list[Prediction]:
    """Return the predictions of all targets, from what the model answers and why that is doubted."""
    answer, doubt = told
    predictions = []
    for target, of_head in answer.answers.items():
        decision, why = _decide(loaded, (target, of_head.ranked[0]), answer, doubt)
        predictions.append(
            Prediction(target, loaded.ref, of_head.ranked, decision, why, of_head.reasons, of_head.would_help)
        )
    rule = loaded.policy.priority
    if rule is None:
        return predictions
    derived = _derive(loaded, rule, event, told, {each.target: each.ranked[0] for each in predictions})
    return [*predictions, derived if most_reasons else derived._replace(reasons=())]


def find_contradictions(
    loaded: LoadedModel, event: Incident, predictions: Sequence[Prediction]
) -> tuple[Contradiction, ...]:
    """Return where the priority that the sender gave is another than what was predicted implies; at most one."""
    rule = loaded.policy.priority
    if rule is None or rule.priority not in event.labels:
        return ()
    found = rule.contradiction(event.labels, {each.target: each.ranked[0].label for each in predictions})
    return () if found is None else (found,)


def _derive(
    loaded: LoadedModel,
    rule: PriorityRule,
    event: Incident,
    told: tuple[RowAnswer, str],
    likeliest: Mapping[str, RankedLabel],
) -> Prediction:
    """Return the priority that follows from what was predicted, because of that."""
    answer, doubt = told
    ranked = _rank_by_cost(
        rule,
        rule.probabilities(
            *((loaded.model.head(name).classes, answer.answers[name].probabilities[None, :]) for name in rule.parts)
        ),
    )
    decision, why = _decide(loaded, (rule.priority, ranked[0]), answer, doubt)
    remarks = _remarks(rule, event, ranked, {name: likeliest[name].label for name in rule.parts})
    reasons = tuple(_because(name, likeliest[name]) for name in rule.parts)
    return Prediction(rule.priority, loaded.ref, tuple(ranked), decision, " ".join([why, *remarks]), reasons)


def _remarks(
    rule: PriorityRule, event: Incident, ranked: Sequence[RankedLabel], likeliest: Mapping[str, str]
) -> list[str]:
    """Say of a priority what it costs more than and what was assumed for it."""
    first, *others = ranked
    told = []
    if others and others[0].probability > first.probability:
        told.append(
            f"Taken before {others[0].label!r}, which is likelier: taking an incident for less urgent than it is costs "
            f"{rule.under_cost:g} times as much as taking it for more urgent."
        )
    remark = rule.remark(event.labels, likeliest)
    return [*told, remark] if remark else told


def _decide(
    loaded: LoadedModel, likeliest: tuple[str, RankedLabel], answer: RowAnswer, doubt: str
) -> tuple[Decision, str]:
    target, best = likeliest
    if answer.is_blank:
        return Decision.ABSTAIN, "The incident gives nothing that the model reads."
    return lower(*loaded.policy.targets[target].decide(best.probability, best.label), doubt)


def _rank_by_cost(rule: PriorityRule, probabilities: NDArray[np.float64]) -> list[RankedLabel]:
    """Return the likeliest priorities, but the one that is answered first."""
    ranked = _rank(rule.classes, probabilities[0])
    at = int(rule.choose(probabilities)[0])
    if rule.classes[at] == ranked[0].label:
        return ranked
    chosen = RankedLabel(rule.classes[at], float(probabilities[0, at]))
    return [chosen, *(each for each in ranked if each.label != chosen.label)][:MOST_LABELS]


def _rank(classes: Sequence[str], probabilities: NDArray[np.float64]) -> list[RankedLabel]:
    best = (-probabilities).argsort(kind="stable")[:MOST_LABELS]
    order: list[int] = best.tolist()
    chosen: list[float] = probabilities[best].tolist()
    return [RankedLabel(classes[at], chance) for at, chance in zip(order, chosen, strict=True)]


def _because(target: str, best: RankedLabel) -> Reason:
    log_odds = float(np.log(best.probability) - np.log(max(1.0 - best.probability, np.finfo(float).tiny)))
    return Reason("target", target, best.label, log_odds)
