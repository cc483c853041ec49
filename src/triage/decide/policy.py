"""What may be done with each target's prediction: thresholds behind promises, and the rule for priority."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from triage.decide.familiarity import Familiarity
from triage.decide.priority import PriorityRule
from triage.decide.promise import Threshold
from triage.domain import Decision

__all__ = ["LEAST_TICKETS", "SUGGESTION_PROMISE", "Policy", "TargetPolicy"]

# What fewer tickets teach of a label is chance, and no slice holds enough of them to tell.
LEAST_TICKETS = 20
# A suggestion is worth a person's glance when it is more often right than wrong.
SUGGESTION_PROMISE = 0.5


@dataclass(frozen=True, slots=True)
class TargetPolicy:
    """The thresholds of one target.

    Parameters
    ----------
    promise : float
        The precision of automatic labels that the user asked for, in (0, 1).
    auto, suggest : Threshold or None
        None where no threshold keeps its promise on the evidence.
    rare : tuple of str, default=()
        Labels of too few tickets to be set automatically: they are suggested.
    refuted : tuple of str, default=()
        Labels of which the newest incidents of the training showed that the promise is not kept: they are suggested.
    """

    promise: float
    auto: Threshold | None
    suggest: Threshold | None
    rare: tuple[str, ...] = ()
    refuted: tuple[str, ...] = ()
    _is_enough: str = field(init=False, repr=False, compare=False)
    _is_short: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Said once for all: writing numbers takes longer than all else of a decision.
        auto, enough = self.auto, ""
        short = f"no threshold keeps the promised {self.promise:.0%} on the evidence"
        if auto is not None:
            enough = (
                f" is at or above {auto.at_least:.3f}, where a precision of {self.promise:.0%} is promised "
                f"(lower bound {auto.lower_bound:.3f} on {auto.rows} rows)."
            )
            short = f" is below {auto.at_least:.3f}, which {self.promise:.0%} asks for"
        object.__setattr__(self, "_is_enough", enough)
        object.__setattr__(self, "_is_short", short)

    def may_be_automatic(self, label: str) -> bool:
        """Return whether a label may be set automatically where it is probable enough."""
        return label not in self.rare and label not in self.refuted

    def decide(self, probability: float, label: str = "") -> tuple[Decision, str]:
        """Decide on a label of the given probability, and say why in one sentence."""
        if self.auto is not None and probability >= self.auto.at_least:
            if label in self.rare:
                return Decision.SUGGEST, f"Not automatic: fewer than {LEAST_TICKETS} tickets of {label!r} are known."
            if label in self.refuted:
                return Decision.SUGGEST, (
                    f"Not automatic: on the newest incidents of its training {label!r} did not keep the promised "
                    f"{self.promise:.0%}."
                )
            return Decision.AUTO, f"Probability {probability:.3f}{self._is_enough}"
        short = self._is_short if self.auto is None else f"probability {probability:.3f}{self._is_short}"
        if self.suggest is not None and probability >= self.suggest.at_least:
            return Decision.SUGGEST, f"Not automatic: {short}; labels this probable are more often right than wrong."
        return (
            Decision.ABSTAIN,
            f"Not automatic: {short}; and labels this improbable are not shown to be right half the time.",
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be done with a model's answers.

    Parameters
    ----------
    targets : mapping of str to TargetPolicy
        One for each target, the derived priority included.
    priority : PriorityRule or None
        How priority follows from impact and urgency, where both are predicted.
    familiarity : Familiarity or None
        What usual incidents look like; None where nothing was noted.
    """

    targets: Mapping[str, TargetPolicy]
    priority: PriorityRule | None = None
    familiarity: Familiarity | None = None
