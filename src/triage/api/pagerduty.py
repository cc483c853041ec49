"""The routes of PagerDuty's Events API v2, at its own paths: a sender changes the host, and no more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from triage.api.bodies import read_raw
from triage.api.described import answer, json_request, responses
from triage.api.event_answers import commit_signals
from triage.api.intake_examples import (
    PAGERDUTY,
    PAGERDUTY_ANSWER,
    PAGERDUTY_CHANGE,
    PAGERDUTY_CHANGE_ANSWER,
    PAGERDUTY_FLAG,
)
from triage.api.metrics import Metrics
from triage.api.problems import PROBLEM_MEDIA, problem_of
from triage.api.render import json_response
from triage.api.schemas import PagerDutyAnswer
from triage.api.service import Service
from triage.errors import MalformedBody
from triage.intake import LARGEST_EVENT, read_json, to_change, to_signal

__all__ = ["pagerduty_routes"]

_PROCESSED = {"status": "success", "message": "Event processed"}
_CHANGED = {"status": "success", "message": "Change event processed"}


def pagerduty_routes(service: Service, metrics: Metrics) -> APIRouter:
    """Build ``/v2/enqueue`` and ``/v2/change/enqueue``."""
    router = APIRouter(tags=["events"])

    async def payload_of(request: Request) -> object:
        # PagerDuty looks at no content type, and old scripts send curl's own.
        return read_json(await read_raw(request, min(LARGEST_EVENT, service.limits.max_body_bytes)))

    @router.post(
        "/v2/enqueue",
        summary="Take an alert event of PagerDuty",
        status_code=202,
        responses=responses({202: answer(PagerDutyAnswer, "It is stored.", PAGERDUTY_ANSWER)}),
        openapi_extra=json_request({"type": "object"}, {"trigger": PAGERDUTY}),
    )
    async def enqueue(request: Request) -> Response:
        """Open an incident on a trigger, or update the open one of its key; after a resolve it is a new one.

        Without a dedup_key one is made of the event. To acknowledge or resolve what is not open changes nothing.
        """

        async def take() -> Response:
            signal, dedup_key = to_signal(await payload_of(request), service.clock())
            await commit_signals(service, metrics, [signal])
            return json_response({**_PROCESSED, "dedup_key": dedup_key}, 202)

        return await _refused_as_pagerduty_does(take)

    @router.post(
        "/v2/change/enqueue",
        summary="Take a change event of PagerDuty",
        status_code=202,
        responses=responses({202: answer(PagerDutyAnswer, "It is stored.", PAGERDUTY_CHANGE_ANSWER)}),
        openapi_extra=json_request({"type": "object"}, {"flag": PAGERDUTY_FLAG, "deploy": PAGERDUTY_CHANGE}),
    )
    async def enqueue_change(request: Request) -> Response:
        """Keep a change, which is no incident; ``GET /v1/changes`` lists them."""

        async def take() -> Response:
            await service.flow.accept_changes([to_change(await payload_of(request), service.clock())])
            return json_response(_CHANGED, 202)

        return await _refused_as_pagerduty_does(take)

    return router


async def _refused_as_pagerduty_does(take: Callable[[], Awaitable[Response]]) -> Response:
    """Add to a 400 what clients of PagerDuty read of it."""
    try:
        return await take()
    except MalformedBody as err:
        errors = [str(problem) for problem in err.problems] or [err.message]
        body = {**problem_of(err), "message": err.message, "errors": errors}
        return Response(orjson.dumps(body), err.http_status, media_type=PROBLEM_MEDIA)
