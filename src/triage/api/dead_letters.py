"""The routes of messages that were given up: list, show, edit, replay, discard."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from triage.api.bodies import read_body
from triage.api.described import answer, json_request, responses
from triage.api.examples import DEAD_LETTER, DEAD_LETTERS, EDIT, EDITED_LETTER
from triage.api.render import dead_letter_body, json_response
from triage.api.schemas import DeadLetterAnswer, DeadLetterPage, EditRequest
from triage.api.service import Service
from triage.intake import read_json, to_edit

__all__ = ["dead_letter_routes"]

_Number = Annotated[int, Path(examples=[DEAD_LETTER["number"]], ge=1, le=2**62)]


def dead_letter_routes(service: Service) -> APIRouter:
    """Build the routes under ``/v1/dead-letters``."""
    router = APIRouter(tags=["delivery"])

    @router.get(
        "/v1/dead-letters",
        summary="List messages that were given up, the last first",
        responses=responses({200: answer(DeadLetterPage, "A page of dead letters.", DEAD_LETTERS)}),
    )
    async def list_dead_letters(
        destination: Annotated[str | None, Query(description="Only of this destination.")] = None,
        limit: Annotated[int, Query(ge=1, le=200, description="Dead letters a page.", examples=[1])] = 50,
        cursor: Annotated[str | None, Query(description="The `next` of the page before.")] = None,
    ) -> Response:
        """List what a destination refused, or did not take in the ten attempts of three days."""
        page = await service.outbox.page_dead(limit, cursor, destination)
        return json_response({"items": [dead_letter_body(one) for one in page.letters], "next": page.next_cursor})

    @router.get(
        "/v1/dead-letters/{number}",
        summary="Return one message that was given up",
        responses=responses({200: answer(DeadLetterAnswer, "The dead letter.", DEAD_LETTER)}),
    )
    async def get_dead_letter(number: _Number) -> Response:
        """Tell what it says, and why it was not delivered."""
        return json_response(dead_letter_body(await service.outbox.find_dead(number)))

    @router.put(
        "/v1/dead-letters/{number}",
        summary="Put other content in a message that was given up",
        responses=responses({200: answer(DeadLetterAnswer, "As it is now.", EDITED_LETTER)}),
        openapi_extra=json_request(EditRequest.model_json_schema(), {"one": EDIT}),
    )
    async def edit_dead_letter(number: _Number, request: Request) -> Response:
        """Replace what the sender gave, and what is filled in. It stays a dead letter until it is replayed."""
        edit = to_edit(read_json(await read_body(request, service.limits.max_body_bytes)))
        await service.outbox.edit_dead(number, edit)
        return json_response(dead_letter_body(await service.outbox.find_dead(number)))

    @router.post(
        "/v1/dead-letters/{number}/replay",
        summary="Have a message that was given up tried again",
        status_code=202,
        responses=responses({202: {"description": "It is due now, and begins its ten attempts anew."}}),
    )
    async def replay_dead_letter(number: _Number) -> Response:
        """409 where the destination has got a later revision of the incident meanwhile."""
        await service.outbox.replay_dead(number, service.clock())
        return Response(status_code=202)

    @router.delete(
        "/v1/dead-letters/{number}",
        summary="Drop a message that was given up",
        status_code=204,
        responses=responses({204: {"description": "It is gone."}}),
    )
    async def discard_dead_letter(number: Annotated[int, Path(examples=[1], ge=1, le=2**62)]) -> Response:
        """Drop it; the incident itself stays stored."""
        await service.outbox.discard_dead(number)
        return Response(status_code=204)

    return router
