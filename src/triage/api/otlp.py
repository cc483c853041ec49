"""The route of OTLP metrics over HTTP, protobuf and JSON: parse, call the flow, render. Errors are as OTLP's."""

from __future__ import annotations

import asyncio

import structlog
from fastapi import APIRouter, Request
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from starlette.responses import Response

from triage.api.bodies import media_of, read_unzipped
from triage.api.described import answer, json_request, responses
from triage.api.intake_examples import OTLP, OTLP_ANSWER
from triage.api.metrics import Metrics
from triage.api.problems import RETRY_AFTER_S
from triage.api.render import json_response
from triage.api.schemas import OtlpAnswer
from triage.api.service import Service
from triage.errors import StoreUnavailable, TriageError, UnsupportedMedia
from triage.intake import MOST_POINTS, OtlpMetrics, read_otlp_json, read_otlp_protobuf, to_otlp_metrics

__all__ = ["otlp_routes"]

_log = structlog.get_logger(__name__)

_PROTOBUF = "application/x-protobuf"
_JSON = "application/json"
# Of google.rpc.Code.
_INVALID_ARGUMENT, _UNAVAILABLE = 3, 14


def otlp_routes(service: Service, metrics: Metrics) -> APIRouter:
    """Build the route ``/otlp/v1/metrics``."""
    router = APIRouter(tags=["metrics"])

    @router.post(
        "/otlp/v1/metrics",
        summary="Take metrics of OpenTelemetry",
        responses=responses({200: answer(OtlpAnswer, "What can be used is stored and watched.", OTLP_ANSWER)}),
        openapi_extra=json_request({"type": "object"}, {"gauge": OTLP}),
    )
    async def post_otlp(request: Request) -> Response:
        """Protobuf or JSON, gzip or not; the answer is of the same kind, and says how many points were rejected."""
        media = media_of(request)
        try:
            if media not in (_PROTOBUF, _JSON):
                raise UnsupportedMedia(f"content-type must be {_PROTOBUF} or {_JSON}. Got {media!r}.")
            body = await read_unzipped(request, service.limits.max_metrics_bytes)
            read = await asyncio.to_thread(_read, service, body, media)
            answered = await service.metrics.accept(read.batch)
        except TriageError as err:
            return _refused(err, media)
        metrics.count_answers(answered.triaged)
        return _accepted(read, media)

    return router


def _read(service: Service, body: bytes, media: str) -> OtlpMetrics:
    request = read_otlp_protobuf(body) if media == _PROTOBUF else read_otlp_json(body)
    return to_otlp_metrics(request, service.intake.series, MOST_POINTS)


def _accepted(read: OtlpMetrics, media: str) -> Response:
    if media == _PROTOBUF:
        message = ExportMetricsServiceResponse()
        if read.rejected:
            message.partial_success.rejected_data_points = read.rejected
            message.partial_success.error_message = read.message
        return Response(message.SerializeToString(), media_type=_PROTOBUF)
    if not read.rejected:
        return json_response({})
    # 64-bit integers are strings in protobuf's JSON.
    return json_response({"partialSuccess": {"rejectedDataPoints": str(read.rejected), "errorMessage": read.message}})


def _refused(error: TriageError, media: str) -> Response:
    """Answer by google.rpc.Status, as OTLP says; anything but 503 is not sent again."""
    is_ours = error.http_status >= 500
    if is_ours:
        _log.error("request_failed", error=repr(error), exc_info=error)
    headers = {"retry-after": str(RETRY_AFTER_S)} if isinstance(error, StoreUnavailable) else None
    code = _UNAVAILABLE if is_ours else _INVALID_ARGUMENT
    if media != _PROTOBUF:
        response = json_response({"code": code, "message": str(error)}, error.http_status)
        response.headers.update(headers or {})
        return response
    # Status is {code = 1: int32, message = 2: string}; its package would be one more dependency.
    text = str(error).encode()[:1000]
    body = bytes([0x08, code, 0x12]) + _varint(len(text)) + text
    return Response(body, error.http_status, headers, _PROTOBUF)


def _varint(number: int) -> bytes:
    return bytes([number]) if number < 0x80 else bytes([number & 0x7F | 0x80]) + _varint(number >> 7)
