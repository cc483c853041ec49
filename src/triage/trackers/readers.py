"""The reader of each kind of tracker."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from triage.trackers.accounts import TrackerKind
from triage.trackers.client import TrackerClient
from triage.trackers.jira import JiraReader
from triage.trackers.request_tracker import RequestTrackerReader
from triage.trackers.servicenow import ServiceNowReader
from triage.trackers.tickets import TrackerReader

__all__ = ["open_reader"]

_READERS: Mapping[TrackerKind, Callable[[TrackerClient], TrackerReader]] = {
    TrackerKind.SERVICENOW: ServiceNowReader,
    TrackerKind.JIRA: JiraReader,
    TrackerKind.REQUEST_TRACKER: RequestTrackerReader,
}


def open_reader(client: TrackerClient) -> TrackerReader:
    """Return the reader of a client's kind of tracker; closing it closes the client."""
    return _READERS[client.account.kind](client)
