"""The route of how incidents ended: parse, call the flow, render."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from triage.api.bodies import read_body
from triage.api.described import answer, json_request, responses
from triage.api.examples import OUTCOME, OUTCOME_ANSWER
from triage.api.keys import answer_once
from triage.api.render import json_response, outcome_body
from triage.api.schemas import OutcomeAnswer, OutcomeRequest
from triage.api.service import Service
from triage.intake import read_json, to_outcome

__all__ = ["outcome_routes"]


def outcome_routes(service: Service) -> APIRouter:
    """Build the route ``/v1/outcomes``."""
    router = APIRouter(tags=["feedback"])

    @router.post(
        "/v1/outcomes",
        summary="Say how an incident ended",
        status_code=201,
        responses=responses({201: answer(OutcomeAnswer, "It is stored.", OUTCOME_ANSWER)}),
        openapi_extra=json_request(OutcomeRequest.model_json_schema(), {"one": OUTCOME}),
    )
    async def post_outcome(request: Request) -> Response:
        """Keep final labels, resolution and times, each with since when it is known, for the next training run.

        A label that was filled in by us and that nobody is named for is kept as ours: it is no truth to learn from.
        """
        body = await read_body(request, service.limits.max_body_bytes)

        async def respond() -> Response:
            kept = await service.flow.outcome(to_outcome(read_json(body), service.clock()))
            return json_response(outcome_body(kept), 201)

        return await answer_once(service, request, body, respond)

    return router
