"""The exports that are recognised by their columns: ServiceNow's incident event log and its incident table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from triage.exports.canonical import canonical

__all__ = ["EVENT_LOG", "INCIDENT_TABLE", "Export", "is_opening_field", "recognise", "repaired_header"]


@dataclass(frozen=True, slots=True)
class Export:
    """A known export, by canonical column names.

    Parameters
    ----------
    kind : str
        ``servicenow-event-log`` (a row a change) or ``servicenow-incidents`` (a row an incident).
    fields : tuple of str
        What an incident has at opening, read as categories.
    default_targets : tuple of str
        What is learnt when nobody says.
    """

    kind: str
    fields: tuple[str, ...]
    default_targets: tuple[str, ...]


_AT_OPENING = (
    "contact_type",
    "location",
    "caller_id",
    "opened_by",
    "category",
    "subcategory",
    "u_symptom",
    "cmdb_ci",
    "impact",
    "urgency",
    "priority",
    "assignment_group",
    "knowledge",
    "notify",
)
# What other trackers call the like; a table of one row an incident does not say what they were at opening.
_AT_OPENING_ELSEWHERE = ("issue_type", "project", "components", "queue", "reporter", "requestor")
EVENT_LOG = Export(
    "servicenow-event-log",
    (*_AT_OPENING, *_AT_OPENING_ELSEWHERE),
    ("assignment_group", "impact", "urgency", "queue", "components"),
)
INCIDENT_TABLE = Export(
    "servicenow-incidents",
    (*_AT_OPENING, "business_service", "service_offering", "company", "department"),
    ("assignment_group", "category", "subcategory", "impact", "urgency"),
)
_OPENING_FIELDS = frozenset(INCIDENT_TABLE.fields)
# A list view has labels for column names and no sys_ columns: a number, a short description and two of these will do.
_TABLE_SIGNS = frozenset(
    {*_AT_OPENING, "state", "incident_state", "opened", "opened_at", "caller", "assigned_to", "close_code"}
)


def is_opening_field(column: str) -> bool:
    """Return whether ServiceNow fills a column at opening, so that it is a category however many values it has.

    Examples
    --------
    >>> is_opening_field("Caller ID"), is_opening_field("caller_id_open"), is_opening_field("close_code")
    (True, True, False)
    """
    return canonical(column).removesuffix("_open") in _OPENING_FIELDS


def recognise(columns: Iterable[str]) -> Export | None:
    """Return the known export that has these columns, or None.

    A wide incident table has all the columns of an event log; only the rows tell them apart (does a number repeat?),
    and this returns the log for both.

    Examples
    --------
    >>> recognise(["number", "incident_state", "opened_at", "sys_updated_at", "sys_mod_count"]).kind
    'servicenow-event-log'
    """
    names = {canonical(column) for column in columns}
    states = names & {"incident_state", "ident_state", "state"}
    updates = names & {"sys_updated_at", "sys_updated_on"}
    if states and updates and {"number", "opened_at", "sys_mod_count"} <= names:
        return EVENT_LOG
    if {"number", "short_description"} <= names and len(names & _TABLE_SIGNS) >= 2:
        return INCIDENT_TABLE
    return None


def repaired_header(header: tuple[str, ...]) -> tuple[str, ...]:
    """Return the header with the one known mangling undone: an event log whose ``subcategory`` reads ``category``.

    A copy of the UCI incident log that is passed around has it, and so have the files that were made from it.
    """
    names = [canonical(column) for column in header]
    if recognise(header) is not EVENT_LOG or names.count("category") != 2 or "subcategory" in names:
        return header
    second = len(names) - 1 - names[::-1].index("category")
    return (*header[:second], "subcategory", *header[second + 1 :])
