"""The stored form of a policy: a JSON document and back, to the last digit."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationError

from triage.decide.familiarity import Familiarity
from triage.decide.policy import Policy, TargetPolicy
from triage.decide.priority import PriorityRule
from triage.decide.promise import Threshold
from triage.errors import BundleRefused
from triage.measure.calibration import Calibration
from triage.parts import Part

__all__ = ["to_part", "to_policy"]


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)


class _Threshold(_Document):
    at_least: float
    rows: int
    right: int
    lower_bound: float

    def to_threshold(self) -> Threshold:
        return Threshold(self.at_least, self.rows, self.right, self.lower_bound)


class _Target(_Document):
    target: str
    promise: float
    auto: _Threshold | None
    suggest: _Threshold | None
    rare: tuple[str, ...] = ()
    refuted: tuple[str, ...] = ()

    def to_policy(self) -> TargetPolicy:
        auto = self.auto.to_threshold() if self.auto else None
        suggest = self.suggest.to_threshold() if self.suggest else None
        return TargetPolicy(self.promise, auto, suggest, self.rare, self.refuted)


class _Priority(_Document):
    impact: str
    urgency: str
    priority: str
    classes: tuple[str, ...]
    matrix: tuple[tuple[str, str, str], ...]
    scale: float
    under_cost: float = 1.0

    def to_rule(self) -> PriorityRule:
        matrix = {(impact, urgency): priority for impact, urgency, priority in self.matrix}
        calibration = Calibration(self.scale)
        return PriorityRule(
            self.impact, self.urgency, self.priority, self.classes, matrix, calibration, self.under_cost
        )


class _Familiarity(_Document):
    least_words: float
    fields: tuple[str, ...]


class _Policy(_Document):
    targets: tuple[_Target, ...]
    priority: _Priority | None
    familiarity: _Familiarity | None = None


def to_part(policy: Policy) -> Part:
    """Return a policy as a part of a bundle: a document without arrays."""
    targets = tuple(
        _Target(
            target=target,
            promise=rule.promise,
            auto=None if rule.auto is None else _Threshold.model_validate(rule.auto),
            suggest=None if rule.suggest is None else _Threshold.model_validate(rule.suggest),
            rare=rule.rare,
            refuted=rule.refuted,
        )
        for target, rule in policy.targets.items()
    )
    usual = None if policy.familiarity is None else _Familiarity.model_validate(policy.familiarity)
    document = _Policy(targets=targets, priority=_to_priority(policy.priority), familiarity=usual)
    return Part({}, document.model_dump(mode="json"))


def _to_priority(rule: PriorityRule | None) -> _Priority | None:
    if rule is None:
        return None
    return _Priority(
        impact=rule.impact,
        urgency=rule.urgency,
        priority=rule.priority,
        classes=rule.classes,
        matrix=tuple((*pair, priority) for pair, priority in rule.matrix.items()),
        scale=rule.calibration.scale,
        under_cost=rule.under_cost,
    )


def to_policy(part: Part) -> Policy:
    """Put a policy together again from its part.

    Raises
    ------
    BundleRefused
        The part holds no policy, or one of another version of the code.
    """
    try:
        document = _Policy.model_validate(part.document)
    except ValidationError as err:
        raise BundleRefused(f"This is no policy that this version can read: {err}. Train the model again.") from err
    targets = {entry.target: entry.to_policy() for entry in document.targets}
    usual = document.familiarity
    familiarity = Familiarity(usual.least_words, usual.fields) if usual else None
    return Policy(targets, document.priority.to_rule() if document.priority else None, familiarity)
