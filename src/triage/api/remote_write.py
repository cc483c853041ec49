"""The route of Prometheus' remote write, 1.0 and 2.0: parse, call the flow, render."""

from __future__ import annotations

import asyncio
from email.message import Message

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from triage.api.bodies import read_raw
from triage.api.described import BYTES, body_request, responses
from triage.api.intake_examples import REMOTE_WRITE, REMOTE_WRITE_HEADERS
from triage.api.metrics import Metrics
from triage.api.problems import PROBLEM_MEDIA, problem_of
from triage.api.service import Service
from triage.errors import MalformedBody, UnsupportedMedia
from triage.intake import VERSION_1, VERSION_2, RemoteWrite, to_remote_write, unpacked_snappy

__all__ = ["remote_write_routes"]

_MEDIA = "application/x-protobuf"
_VERSIONS = {"prometheus.writerequest": VERSION_1, "io.prometheus.write.v2.request": VERSION_2}
# A sender of 2.0 that does not find them takes us for a receiver of 1.0 that has read nothing.
_WRITTEN = "x-prometheus-remote-write-{}-written"


def remote_write_routes(service: Service, metrics: Metrics) -> APIRouter:
    """Build the route ``/api/v1/write``."""
    router = APIRouter(tags=["metrics"])

    @router.post(
        "/api/v1/write",
        summary="Take samples of Prometheus",
        status_code=204,
        responses=responses({204: {"description": "All samples are stored and watched; headers say how many."}}),
        openapi_extra=body_request({_MEDIA: (BYTES, REMOTE_WRITE)}, REMOTE_WRITE_HEADERS),
    )
    async def post_write(request: Request) -> Response:
        """Remote write 1.0 and 2.0, told apart by the content type's ``proto``.

        What can be used is kept; if something cannot, the answer is 400, names it, and is not to be sent again.
        """
        version = _version(request)
        limit = service.limits.max_metrics_bytes
        body = await read_raw(request, limit)
        read = await asyncio.to_thread(_read, service, body, version)
        answered = await service.metrics.accept(read.batch)
        metrics.count_answers(answered.triaged)
        return _response(read)

    return router


def _read(service: Service, body: bytes, version: int) -> RemoteWrite:
    unpacked = unpacked_snappy(body, service.limits.max_metrics_bytes)
    return to_remote_write(unpacked, version, service.intake.series)


def _version(request: Request) -> int:
    encoding = request.headers.get("content-encoding", "").strip().lower()
    if encoding != "snappy":
        raise UnsupportedMedia(f"content-encoding must be snappy. Got {encoding!r}.")
    # The header's own grammar, quotes and blanks included.
    given = Message()
    given["content-type"] = request.headers.get("content-type", "")
    if given.get_content_type() != _MEDIA or not request.headers.get("content-type"):
        raise UnsupportedMedia(f"content-type must be {_MEDIA}. Got {request.headers.get('content-type', '')!r}.")
    proto = str(given.get_param("proto", "prometheus.WriteRequest")).lower()
    if proto not in _VERSIONS:
        raise UnsupportedMedia(
            f"proto must be prometheus.WriteRequest or io.prometheus.write.v2.Request. Got {proto[:100]!r}."
        )
    return _VERSIONS[proto]


def _response(read: RemoteWrite) -> Response:
    written = {"samples": read.samples, "histograms": 0, "exemplars": 0}
    headers = {_WRITTEN.format(kind): str(count) for kind, count in written.items()}
    if not read.problems:
        return Response(status_code=204, headers=headers)
    # Nothing else is stored on a 4xx; here the protocol asks for it.
    error = MalformedBody(f"{read.samples} samples are stored; the rest cannot be used.", read.problems)
    return Response(orjson.dumps(problem_of(error)), error.http_status, headers, PROBLEM_MEDIA)
