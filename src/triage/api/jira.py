"""The route of Jira's webhooks: parse, call the flow, render."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from triage.api.bodies import read_body
from triage.api.described import answer, json_request, responses
from triage.api.event_answers import answer_events
from triage.api.intake_examples import JIRA, JIRA_ANSWER
from triage.api.metrics import Metrics
from triage.api.schemas import EventsAnswer
from triage.api.service import Service
from triage.intake import read_json, to_issue

__all__ = ["jira_routes"]


def jira_routes(service: Service, metrics: Metrics) -> APIRouter:
    """Build the route ``/v1/jira``."""
    router = APIRouter(tags=["events"])

    @router.post(
        "/v1/jira",
        summary="Take a webhook of Jira",
        responses=responses({200: answer(EventsAnswer, "The issue is stored.", JIRA_ANSWER)}),
        openapi_extra=json_request({"type": "object"}, {"created": JIRA}),
    )
    async def post_issue(request: Request) -> Response:
        """Keep an issue that was created as an incident, one that was updated as an update; other events are ignored.

        Jira adds keys of its own to the query, so that any are taken here.
        """
        payload = read_json(await read_body(request, service.limits.max_body_bytes))
        received = to_issue(payload, service.clock(), service.intake.jira_labels)
        found = [] if received is None else [received]
        return await answer_events(service, metrics, found, ignored=1 - len(found))

    return router
