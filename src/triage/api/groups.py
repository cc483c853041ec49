"""The routes of groups: call the flow, render."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from triage.api.described import answer, responses
from triage.api.examples import GROUP, GROUPS
from triage.api.render import json_response
from triage.api.schemas import GroupAnswer, GroupPage
from triage.api.service import Service
from triage.flow import GroupQuery, group_document

__all__ = ["group_routes"]


class _State(StrEnum):
    """Which groups are asked for."""

    OPEN = "open"
    RESOLVED = "resolved"
    ALL = "all"


def group_routes(service: Service) -> APIRouter:
    """Build the routes under ``/v1/groups``."""
    router = APIRouter(tags=["groups"])

    @router.get(
        "/v1/groups",
        summary="List problems: alerts that belong together, the last begun first",
        responses=responses({200: answer(GroupPage, "A page of groups.", GROUPS)}),
    )
    async def list_groups(
        state: Annotated[_State, Query(description="Only open or resolved ones.")] = _State.ALL,
        limit: Annotated[int, Query(ge=1, le=200, description="Groups a page.", examples=[1])] = 50,
        cursor: Annotated[str | None, Query(description="The `next` of the page before.")] = None,
    ) -> Response:
        """Each with its first 20 members. Groups that begin while you page do not move the pages."""
        is_open = None if state is _State.ALL else state is _State.OPEN
        page = await service.flow.page_groups(GroupQuery(limit, cursor, is_open))
        return json_response({"items": [group_document(one) for one in page.groups], "next": page.next_cursor})

    @router.get(
        "/v1/groups/{group_id}",
        summary="Return one group with all its members",
        responses=responses({200: answer(GroupAnswer, "As it stands now; members up to a thousand.", GROUP)}),
    )
    async def get_group(group_id: Annotated[str, Path(examples=[GROUP["id"]])]) -> Response:
        """Return which alerts are one problem, and why each of them is taken for a part of it."""
        return json_response(group_document(await service.flow.find_group(group_id)))

    return router
