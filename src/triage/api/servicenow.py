"""The routes of ServiceNow's formats: events of monitors, and incident records. Parse, call the flow, render."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from triage.api.bodies import read_body
from triage.api.described import answer, json_request, responses
from triage.api.event_answers import answer_events, answer_signals
from triage.api.intake_examples import EM_EVENTS, EM_EVENTS_ANSWER, RECORDS, RECORDS_ANSWER
from triage.api.metrics import Metrics
from triage.api.schemas import EventsAnswer
from triage.api.service import Service
from triage.intake import read_json, read_lenient_json, to_em_signals, to_record_incidents

__all__ = ["servicenow_routes"]


def servicenow_routes(service: Service, metrics: Metrics) -> APIRouter:
    """Build ``/api/global/em/jsonv2`` and ``/v1/servicenow/incidents``."""
    router = APIRouter(tags=["events"])

    @router.post(
        "/api/global/em/jsonv2",
        summary="Take events as ServiceNow's event management does",
        responses=responses({200: answer(EventsAnswer, "All its events are stored.", EM_EVENTS_ANSWER)}),
        openapi_extra=json_request({"type": "object"}, {"records": EM_EVENTS}),
    )
    async def post_em_events(request: Request) -> Response:
        """Resolve the open incident of a message key on severity 0 or a closing state; a later event opens anew."""
        body = await read_body(request, service.limits.max_body_bytes)
        return await answer_signals(service, metrics, to_em_signals(read_lenient_json(body), service.clock()))

    @router.post(
        "/v1/servicenow/incidents",
        summary="Take incident records of ServiceNow",
        responses=responses({200: answer(EventsAnswer, "All its records are stored.", RECORDS_ANSWER)}),
        openapi_extra=json_request({"type": "object"}, {"result": RECORDS}),
    )
    async def post_records(request: Request) -> Response:
        """Keep a record, a list of them or the Table API's own answer; a record that has changed is an update."""
        payload = read_json(await read_body(request, service.limits.max_body_bytes))
        return await answer_events(service, metrics, to_record_incidents(payload, service.clock()))

    return router
