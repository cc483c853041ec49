"""The vocabulary as frozen dataclasses. No behaviour beyond their own consistency, and nothing of ours imported.

What an answer holds by the dozen is a named tuple instead: as frozen, and made in a third of the time.
"""

from triage.domain.answers import Triage
from triage.domain.endings import Feedback, IncidentEnd, Outcome, OutcomeValue
from triage.domain.events import Change, Incident, IncidentState
from triage.domain.groups import Group, GroupMember, GroupReason, Pause, PauseState
from triage.domain.precedents import Duplicate, Precedent, PrecedentQuery, SuggestedFix
from triage.domain.predictions import (
    Contradiction,
    Decision,
    Duration,
    ModelRef,
    Prediction,
    RankedLabel,
    Reason,
    Risk,
    WouldHelp,
)
from triage.domain.warnings import Cause, EarlyWarning, Forecast, Saturation

__all__ = [
    "Cause",
    "Change",
    "Contradiction",
    "Decision",
    "Duplicate",
    "Duration",
    "EarlyWarning",
    "Feedback",
    "Forecast",
    "Group",
    "GroupMember",
    "GroupReason",
    "Incident",
    "IncidentEnd",
    "IncidentState",
    "ModelRef",
    "Outcome",
    "OutcomeValue",
    "Pause",
    "PauseState",
    "Precedent",
    "PrecedentQuery",
    "Prediction",
    "RankedLabel",
    "Reason",
    "Risk",
    "Saturation",
    "SuggestedFix",
    "Triage",
    "WouldHelp",
]
