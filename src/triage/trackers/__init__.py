"""Reading tickets and their past out of ServiceNow, Jira and Request Tracker. Nothing is written there."""

from triage.trackers.accounts import Account, TrackerKind, to_accounts
from triage.trackers.client import TrackerClient
from triage.trackers.polling import TrackerPoll
from triage.trackers.readers import open_reader
from triage.trackers.rows import to_rows
from triage.trackers.tickets import Changed, Page, Ticket, TicketChange, TrackerReader

__all__ = [
    "Account",
    "Changed",
    "Page",
    "Ticket",
    "TicketChange",
    "TrackerClient",
    "TrackerKind",
    "TrackerPoll",
    "TrackerReader",
    "open_reader",
    "to_accounts",
    "to_rows",
]
