"""What the columns of a ServiceNow, Jira or Request Tracker record or a plain table mean. Pure: reads nothing."""

from triage.exports.canonical import any_word, canonical, first_named
from triage.exports.known import EVENT_LOG, INCIDENT_TABLE, Export, is_opening_field, recognise, repaired_header
from triage.exports.labels import to_label, to_nested_label
from triage.exports.moments import changed_columns, ended_columns, opened_columns
from triage.exports.names import (
    CALLER_NAMES,
    DESCRIPTION_NAMES,
    ID_NAMES,
    KNOWN_AT_NAMES,
    OPENED_AT_NAMES,
    STATE_NAMES,
    TITLE_NAMES,
    UPDATED_AT_NAMES,
    is_caller,
)
from triage.exports.outcomes import outcome_columns, to_truth
from triage.exports.refusals import creator_refusal, is_handler, refusal, snapshot_refusal
from triage.exports.relations import DUPLICATE_NAMES, RESTRICTED_NAMES, is_restricted, restricts
from triage.exports.rich_text import to_issue_text
from triage.exports.targets import target_columns

__all__ = [
    "CALLER_NAMES",
    "DESCRIPTION_NAMES",
    "DUPLICATE_NAMES",
    "EVENT_LOG",
    "ID_NAMES",
    "INCIDENT_TABLE",
    "KNOWN_AT_NAMES",
    "OPENED_AT_NAMES",
    "RESTRICTED_NAMES",
    "STATE_NAMES",
    "TITLE_NAMES",
    "UPDATED_AT_NAMES",
    "Export",
    "any_word",
    "canonical",
    "changed_columns",
    "creator_refusal",
    "ended_columns",
    "first_named",
    "is_caller",
    "is_handler",
    "is_opening_field",
    "is_restricted",
    "opened_columns",
    "outcome_columns",
    "recognise",
    "refusal",
    "repaired_header",
    "restricts",
    "snapshot_refusal",
    "target_columns",
    "to_issue_text",
    "to_label",
    "to_nested_label",
    "to_truth",
]
