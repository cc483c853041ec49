"""The route of people's verdicts: parse, call the flow, render."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from triage.api.bodies import read_body
from triage.api.described import answer, json_request, responses
from triage.api.examples import FEEDBACK, FEEDBACK_ANSWER
from triage.api.keys import answer_once
from triage.api.render import feedback_body, json_response
from triage.api.schemas import FeedbackAnswer, FeedbackRequest
from triage.api.service import Service
from triage.intake import read_json, to_feedback

__all__ = ["verdict_routes"]


def verdict_routes(service: Service) -> APIRouter:
    """Build the route ``/v1/feedback``."""
    router = APIRouter(tags=["feedback"])

    @router.post(
        "/v1/feedback",
        summary="Say what the right label is",
        status_code=201,
        responses=responses({201: answer(FeedbackAnswer, "The verdict is stored.", FEEDBACK_ANSWER)}),
        openapi_extra=json_request(FeedbackRequest.model_json_schema(), {"one": FEEDBACK}),
    )
    async def post_feedback(request: Request) -> Response:
        """Keep a person's verdict on one target of a stored incident; the latest counts."""
        body = await read_body(request, service.limits.max_body_bytes)

        async def respond() -> Response:
            kept = await service.flow.feedback(to_feedback(read_json(body), service.clock()))
            return json_response(feedback_body(kept), 201)

        return await answer_once(service, request, body, respond)

    return router
