"""A model in force, with what may be done with its answers. Answers nothing itself."""

from __future__ import annotations

from dataclasses import dataclass

from triage.decide.policy import Policy
from triage.domain import ModelRef
from triage.learn.duration import DurationModel
from triage.learn.model import IncidentModel
from triage.learn.precedents import Precedents
from triage.learn.risks import RiskModel

__all__ = ["LoadedModel"]


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model in force, with what it may do.

    Parameters
    ----------
    ref : ModelRef
    model : IncidentModel
    policy : Policy
    risks : RiskModel or None, default=None
        None where its history told of none.
    duration : DurationModel or None, default=None
        Tells how long incidents take, by the features of ``model``.
    precedents : Precedents or None, default=None
        Past incidents that it may show.
    """

    ref: ModelRef
    model: IncidentModel
    policy: Policy
    risks: RiskModel | None = None
    duration: DurationModel | None = None
    precedents: Precedents | None = None
