"""The routes of early warnings: call the flow, render."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from triage.api.described import answer, responses
from triage.api.examples import WARNING, WARNING_ANSWER, WARNINGS
from triage.api.render import answer_body, json_response, warning_body
from triage.api.schemas import EarlyWarningPage, EarlyWarningTriage
from triage.api.service import Service
from triage.flow import WarningQuery, WarningState

__all__ = ["warning_routes"]


def warning_routes(service: Service) -> APIRouter:
    """Build the routes under ``/v1/warnings``."""
    router = APIRouter(tags=["warnings"])

    @router.get(
        "/v1/warnings",
        summary="List early warnings, the last first",
        responses=responses({200: answer(EarlyWarningPage, "A page of warnings.", WARNINGS)}),
    )
    async def list_warnings(
        state: Annotated[WarningState, Query(description="Only open or closed ones.")] = WarningState.ALL,
        entity: Annotated[
            str | None, Query(description="Only warnings on this entity, parts of problems among them.")
        ] = None,
        part_of: Annotated[str | None, Query(description="Only the parts of this one's problem.")] = None,
        limit: Annotated[int, Query(ge=1, le=200, description="Warnings a page.", examples=[1])] = 50,
        cursor: Annotated[str | None, Query(description="The `next` of the page before.")] = None,
    ) -> Response:
        """One warning a problem. Warnings that are opened while you page do not move the pages."""
        page = await service.metrics.page(WarningQuery(limit, cursor, state, entity, part_of=part_of))
        found = await service.metrics.suspects.of(page.warnings)
        items = [warning_body(one, found.get(one.id, ())) for one in page.warnings]
        return json_response({"items": items, "next": page.next_cursor})

    @router.get(
        "/v1/warnings/{warning_id}",
        summary="Return one early warning, with the answer on it as an incident",
        responses=responses({200: answer(EarlyWarningTriage, "The warning.", WARNING_ANSWER)}),
    )
    async def get_warning(warning_id: Annotated[str, Path(examples=[WARNING["id"]])]) -> Response:
        """Return the warning as it is now, the likely roots of its problem, and how it was labelled."""
        warning, triaged = await service.metrics.find(warning_id)
        found = await service.metrics.suspects.of([warning])
        body = {
            **warning_body(warning, found.get(warning.id, ())),
            "root_causes": [asdict(each) for each in await service.metrics.root_causes(warning)],
            "triage": None if triaged is None else answer_body(triaged),
        }
        return json_response(body)

    return router
