"""The core of each kind of destination, over a client of its own: what hangs in one has no part in another."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import datetime

import httpx

from triage.deliver.alertmanager import AlertmanagerCore
from triage.deliver.attempts import Core
from triage.deliver.destinations import Destination, Kind
from triage.deliver.jira import JiraApi
from triage.deliver.notifications import ChatCore, MailCore
from triage.deliver.pagerduty import PagerDutyCore
from triage.deliver.request_tracker import RequestTrackerApi
from triage.deliver.servicenow import ServiceNowApi
from triage.deliver.tickets import TicketApi, TicketCore
from triage.deliver.webhook import WebhookCore

__all__ = ["make_core"]

_SCHEMES = {Kind.REQUEST_TRACKER: "token", Kind.SERVICENOW: "Bearer", Kind.JIRA: "Bearer", Kind.ALERTMANAGER: "Bearer"}
_TICKETS: Mapping[Kind, Callable[[Destination, httpx.AsyncClient], TicketApi]] = {
    Kind.SERVICENOW: ServiceNowApi,
    Kind.JIRA: JiraApi,
    Kind.REQUEST_TRACKER: RequestTrackerApi,
}
_OTHERS: Mapping[Kind, Callable[[Destination, httpx.AsyncClient, Callable[[], datetime]], Core]] = {
    Kind.WEBHOOK: WebhookCore,
    Kind.PAGERDUTY: PagerDutyCore,
    Kind.ALERTMANAGER: AlertmanagerCore,
    Kind.SLACK: ChatCore,
    Kind.TEAMS: ChatCore,
}


def make_core(
    destination: Destination, clock: Callable[[], datetime], transport: httpx.AsyncBaseTransport | None = None
) -> Core:
    """Return the core of a destination.

    Parameters
    ----------
    destination : Destination
    clock : callable returning datetime
        The present (aware, UTC).
    transport : httpx.AsyncBaseTransport or None, default=None
        How HTTP is spoken; over the network if None.
    """
    if destination.kind is Kind.MAIL:
        return MailCore(destination)
    client = httpx.AsyncClient(
        transport=transport,
        timeout=destination.timeout_s,
        headers={"user-agent": "triage", **_authorization(destination)},
        limits=httpx.Limits(max_connections=destination.concurrency),
    )
    if destination.kind in _TICKETS:
        return TicketCore(_TICKETS[destination.kind](destination, client), destination, clock)
    return _OTHERS[destination.kind](destination, client, clock)


def _authorization(destination: Destination) -> dict[str, str]:
    scheme = _SCHEMES.get(destination.kind)
    if scheme is None or not destination.secret:
        return {}
    if destination.user:
        pair = f"{destination.user}:{destination.secret}".encode()
        return {"authorization": f"Basic {base64.b64encode(pair).decode()}"}
    return {"authorization": f"{scheme} {destination.secret}"}
