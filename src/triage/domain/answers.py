"""The whole answer on one incident."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from triage.domain.precedents import Duplicate, Precedent, SuggestedFix
from triage.domain.predictions import Contradiction, Duration, Prediction, Risk

__all__ = ["Triage"]


@dataclass(frozen=True, slots=True)
class Triage:
    """The whole answer on one incident.

    Parameters
    ----------
    incident_id, source : str
        Which incident.
    predictions : tuple of Prediction
        One a target; empty when no model could answer.
    degraded : str
        Why the answer is less than whole (no model, a refused model); empty when it is whole.
    answered_at : datetime or None
        When the answer was made (aware, UTC); None when nothing was asked.
    risks : tuple of Risk
        One a risk that the models know.
    duration : Duration or None
        None when no model knows.
    precedents : tuple of Precedent
        Likest first.
    duplicate : Duplicate or None
        None when nothing is that like it.
    suggested_fix : SuggestedFix or None
        None when no precedent's fix is known to have held.
    contradictions : tuple of Contradiction
        Labels of the sender that go against others.
    """

    incident_id: str
    source: str
    predictions: tuple[Prediction, ...] = ()
    degraded: str = ""
    answered_at: datetime | None = None
    risks: tuple[Risk, ...] = ()
    duration: Duration | None = None
    precedents: tuple[Precedent, ...] = ()
    duplicate: Duplicate | None = None
    suggested_fix: SuggestedFix | None = None
    contradictions: tuple[Contradiction, ...] = ()
