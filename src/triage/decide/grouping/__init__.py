"""Which alerts are one problem: decided alert by alert, in their order, from what is known by then. Pure."""

from triage.decide.grouping.alerts import Alert, began_s, entity_name, entity_of, scopes_of, to_alert
from triage.decide.grouping.groups import FORGET_S, MemberRecord, OpenGroups, Placement
from triage.decide.grouping.news import NOT_YET, Wait
from triage.decide.grouping.rules import Condition, GroupingRules, PauseRules
from triage.decide.grouping.standing import MOST_SHOWN, Standing, moment, to_member
from triage.decide.grouping.templates import masked
from triage.decide.grouping.topology import Topology
from triage.decide.grouping.waits import Pauses

__all__ = [
    "FORGET_S",
    "MOST_SHOWN",
    "NOT_YET",
    "Alert",
    "Condition",
    "GroupingRules",
    "MemberRecord",
    "OpenGroups",
    "PauseRules",
    "Pauses",
    "Placement",
    "Standing",
    "Topology",
    "Wait",
    "began_s",
    "entity_name",
    "entity_of",
    "masked",
    "moment",
    "scopes_of",
    "to_alert",
    "to_member",
]
