"""Why an alert may be part of a group, and how surely. It does not choose among groups."""

from __future__ import annotations

from math import exp

from triage.decide.grouping.alerts import Alert
from triage.decide.grouping.habits import Companions, Rates
from triage.decide.grouping.rules import GroupingRules
from triage.decide.grouping.standing import Standing
from triage.domain import GroupReason

__all__ = ["LEAST_SIMILARITY", "Weigher"]

# On simulated storms (seeds 11, 12): .45 finds 96.7 % of a fault's alerts, .5 a half point less.
LEAST_SIMILARITY = 0.45
_ENTITY, _SCOPE, _BURST, _TEXT = 0.9, 0.7, 0.75, 0.3
_DEPENDENCY = {1: 0.8, 2: 0.6}
# Another alert within so long is as near as the very next one; at the window's end half as near.
_FARTHEST_SHARE = 0.5
# A storm comes at once: what begins this many windows after the group did is half as likely a part of it.
_AGES = 2.0
# Of the time that counts as a burst: what comes at the very same moment is no chance where minutes would be.
_BURST_SCALES = (0.01, 0.1, 1.0)
_LEAST_TEXT = 0.3


class Weigher:
    """Weighs what speaks for an alert being part of a group.

    Parameters
    ----------
    rules : GroupingRules

    Notes
    -----
    Independent reasons add up: similarity = nearness in time * (1 - product of (1 - weight)). What is shared by many
    counts less: the same service by the chance exp(-expected) that none of its own other problems would have begun in
    the time between, the same sentence by the chance that its usual rate would have brought fewer alerts at once.
    """

    def __init__(self, rules: GroupingRules) -> None:
        self._rules = rules
        self._sentences = Rates()
        self._problems = Rates()
        self.companions = Companions(rules.window_s)

    def learn(self, alert: Alert, *, begins_group: bool) -> None:
        """Learn from an alert that has been placed."""
        self._sentences.count(alert.template, alert.at_s)
        if begins_group:
            for scope in alert.scopes:
                self._problems.count(scope, alert.at_s)
        self.companions.learn(alert.entity, alert.at_s)

    def weigh(self, alert: Alert, group: Standing) -> tuple[float, tuple[GroupReason, ...]]:
        """Return the similarity in [0, 1], and what speaks for it, strongest first; 0 outside the window."""
        gap_s = group.gap_s(alert.at_s)
        if gap_s > self._rules.window_s:
            return 0.0, ()
        reasons = [
            reason
            for reason in (
                self._of_place(alert, group),
                self._of_scope(alert, group, gap_s),
                self._of_burst(alert, group),
                _of_text(alert, group),
            )
            if reason is not None
        ]
        against = 1.0
        for reason in reasons:
            against *= 1.0 - reason.weight
        nearness = 1.0 - (1.0 - _FARTHEST_SHARE) * gap_s / self._rules.window_s
        nearness *= 0.5 ** (max(0.0, alert.at_s - group.first_s) / (_AGES * self._rules.window_s))
        reasons.sort(key=lambda reason: -reason.weight)
        # Beyond four digits the weights, set by hand, say nothing, and machines may differ.
        shown = (reason._replace(weight=round(reason.weight, 4)) for reason in reasons)
        return round(nearness * (1.0 - against), 4), tuple(shown)

    def _of_place(self, alert: Alert, group: Standing) -> GroupReason | None:
        if alert.entity in group.entities:
            return GroupReason("entity", alert.entity, _ENTITY)
        best: GroupReason | None = None
        for name in (alert.entity, *alert.scopes):
            for other, steps in self._rules.topology.near(name).items():
                weight = _DEPENDENCY[steps]
                if (best is None or weight > best.weight) and (other in group.entities or other in group.scopes):
                    best = GroupReason("dependency", f"{name} - {other}", weight)
        for other, share in self.companions.of(alert.entity).items():
            if other in group.entities and (best is None or share > best.weight):
                best = GroupReason("companion", f"{alert.entity} - {other}", share)
        return best

    def _of_scope(self, alert: Alert, group: Standing, gap_s: float) -> GroupReason | None:
        for scope in alert.scopes:
            if scope in group.scopes:
                expected = self._problems.expected(scope, alert.at_s, gap_s)
                return GroupReason("scope", scope, _SCOPE * exp(-expected))
        return None

    def _of_burst(self, alert: Alert, group: Standing) -> GroupReason | None:
        template, best = alert.template, 0.0
        for share in _BURST_SCALES:
            within_s = share * self._rules.burst_s
            there = group.around(template, alert.at_s, within_s)
            if there:
                expected = self._sentences.expected(template, alert.at_s, 2.0 * within_s, group.counts[template])
                best = max(best, _chance_of_fewer(there, expected))
        return GroupReason("burst", template, _BURST * best) if best else None


def _of_text(alert: Alert, group: Standing) -> GroupReason | None:
    others = (tokens for template, tokens in group.templates.items() if template != alert.template)
    best = max((_jaccard(alert.tokens, tokens) for tokens in others), default=0.0)
    return GroupReason("text", alert.template, _TEXT * best) if best >= _LEAST_TEXT else None


def _chance_of_fewer(count: int, expected: float) -> float:
    """Return how likely fewer than so many come by themselves (Poisson)."""
    if count > 2.0 * expected + 20.0:
        return 1.0
    term = total = exp(-expected)
    for number in range(1, count):
        term *= expected / number
        total += term
    return min(1.0, total)


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) if shared else 0.0
