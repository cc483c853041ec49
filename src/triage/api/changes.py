"""The route of changes that senders told of: call the flow, render."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from triage.api.described import answer, responses
from triage.api.intake_examples import CHANGES
from triage.api.render import change_body, json_response
from triage.api.schemas import Changes
from triage.api.service import Service

__all__ = ["change_routes"]


def change_routes(service: Service) -> APIRouter:
    """Build the route ``/v1/changes``."""
    router = APIRouter(tags=["events"])

    @router.get(
        "/v1/changes",
        summary="List changes, the last first",
        responses=responses({200: answer(Changes, "A page of changes.", CHANGES)}),
    )
    async def list_changes(
        limit: Annotated[int, Query(ge=1, le=200, description="Changes a page.", examples=[1])] = 50,
        cursor: Annotated[str | None, Query(description="The `next` of the page before.")] = None,
    ) -> Response:
        """Deploys and other changes that senders told of."""
        page = await service.flow.page_changes(limit, cursor)
        return json_response({"items": [change_body(one) for one in page.changes], "next": page.next_cursor})

    return router
