"""Reading tickets and their past out of ServiceNow, Jira and Request Tracker. Nothing is written there."""

from triage.trackers.accounts import Account, TrackerKind, to_accounts
from triage.trackers.client import TrackerClient
from triage.trackers.readers import open_reader
from triage.trackers.rows import to_rows
from triage.trackers.tickets import Page, Ticket, TicketChange, TrackerReader

__all__ = [
    "Account",
    "Page",
    "Ticket",
    "TicketChange",
    "TrackerClient",
    "TrackerKind",
    "TrackerReader",
    "open_reader",
    "to_accounts",
    "to_rows",
]
