"""The routes of CloudEvents and of plain JSON that a field map reads: parse, call the flow, render."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from triage.api.bodies import media_of, read_body, read_raw
from triage.api.described import answer, body_request, json_request, responses
from triage.api.event_answers import answer_changes, answer_events
from triage.api.intake_examples import (
    CLOUD_EVENT,
    CLOUD_EVENT_ANSWER,
    MAPPED,
    MAPPED_ANSWER,
)
from triage.api.metrics import Metrics
from triage.api.schemas import EventsAnswer
from triage.api.service import Service
from triage.errors import NotFound, UnsupportedMedia
from triage.flow import Received
from triage.intake import (
    BATCH_MEDIA,
    STRUCTURED_MEDIA,
    read_json,
    to_batched_events,
    to_binary_event,
    to_mapped_changes,
    to_mapped_incidents,
    to_structured_event,
)

__all__ = ["event_routes"]


def event_routes(service: Service, metrics: Metrics) -> APIRouter:
    """Build ``/v1/events`` and ``/v1/events/{name}``."""
    router = APIRouter(tags=["events"])

    @router.post(
        "/v1/events",
        summary="Take CloudEvents 1.0",
        responses=responses({200: answer(EventsAnswer, "All of them are stored.", CLOUD_EVENT_ANSWER)}),
        openapi_extra=body_request({STRUCTURED_MEDIA: ({"type": "object"}, CLOUD_EVENT)}, {}),
    )
    async def post_cloud_events(request: Request) -> Response:
        """Structured, binary or batched, by the content type; source and id name the incident."""
        return await answer_events(service, metrics, await _cloud_events(service, request))

    @router.post(
        "/v1/events/{name}",
        summary="Take plain JSON that a field map reads",
        responses=responses({200: answer(EventsAnswer, "All of it is stored.", MAPPED_ANSWER)}),
        openapi_extra=json_request({"type": "object"}, {"one": MAPPED}),
    )
    async def post_mapped(request: Request, name: Annotated[str, Path(examples=["zabbix"])]) -> Response:
        """Read it by ``[intake.NAME]`` of ``triage.toml``; what the map does not name is kept as labels."""
        fields = service.intake.maps.get(name)
        if fields is None:
            raise NotFound(f"There is no field map {name[:100]!r}. Write [intake.{name[:100]}] into triage.toml.")
        payload = read_json(await read_body(request, service.limits.max_body_bytes))
        if fields.kind == "change":
            return await answer_changes(service, to_mapped_changes(payload, fields, service.clock()))
        return await answer_events(service, metrics, to_mapped_incidents(payload, fields, service.clock()))

    return router


async def _cloud_events(service: Service, request: Request) -> list[Received]:
    media, limit, now = media_of(request), service.limits.max_body_bytes, service.clock()
    if media == BATCH_MEDIA:
        return to_batched_events(read_json(await read_body(request, limit)), now)
    if media == STRUCTURED_MEDIA:
        return [to_structured_event(read_json(await read_body(request, limit)), now)]
    if media.startswith("application/cloudevents"):
        raise UnsupportedMedia(f"content-type must be {STRUCTURED_MEDIA} or {BATCH_MEDIA}. Got {media!r}.")
    if "ce-specversion" not in request.headers:
        raise UnsupportedMedia(
            f"content-type must be {STRUCTURED_MEDIA} or {BATCH_MEDIA}, or the attributes must stand in ce- headers. "
            f"Got {media!r}; plain JSON goes to /v1/events/NAME."
        )
    return [to_binary_event(request.headers, await read_raw(request, limit), now)]
