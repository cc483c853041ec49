"""The route of Alertmanager's and Grafana's webhooks: parse, call the flow, render."""

from __future__ import annotations

import structlog
from fastapi import APIRouter, Request
from starlette.responses import Response

from triage.api.bodies import read_body
from triage.api.described import answer, json_request, responses
from triage.api.event_answers import answer_events
from triage.api.intake_examples import ALERTMANAGER, ALERTMANAGER_ANSWER
from triage.api.metrics import Metrics
from triage.api.schemas import EventsAnswer
from triage.api.service import Service
from triage.intake import read_json, to_alert_group

__all__ = ["alertmanager_routes"]

_log = structlog.get_logger(__name__)


def alertmanager_routes(service: Service, metrics: Metrics) -> APIRouter:
    """Build the route ``/v1/alertmanager``."""
    router = APIRouter(tags=["events"])

    @router.post(
        "/v1/alertmanager",
        summary="Take a notification of Alertmanager or Grafana",
        responses=responses({200: answer(EventsAnswer, "All its alerts are stored.", ALERTMANAGER_ANSWER)}),
        openapi_extra=json_request({"type": "object"}, {"group": ALERTMANAGER}),
    )
    async def post_alerts(request: Request) -> Response:
        """Keep each alert as an incident of its own, by fingerprint and beginning; resolved is an update.

        A full queue is answered by 503, which Alertmanager sends again; it drops what is answered by any 4xx.
        """
        group = to_alert_group(read_json(await read_body(request, service.limits.max_body_bytes)), service.clock())
        if group.truncated:
            _log.warning("alerts_truncated", left_out=group.truncated, received=len(group.received))
        return await answer_events(service, metrics, group.received, truncated=group.truncated)

    return router
