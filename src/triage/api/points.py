"""The route of metric points: parse, call the flow, render."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import Response

from triage.api.bodies import read_body
from triage.api.described import answer, json_request, responses
from triage.api.examples import METRICS, METRICS_ANSWER
from triage.api.metrics import Metrics
from triage.api.render import json_response
from triage.api.schemas import MetricsAnswer, MetricsRequest
from triage.api.service import Service
from triage.flow import MetricBatch
from triage.intake import read_json, to_metric_batch

__all__ = ["point_routes"]


def point_routes(service: Service, metrics: Metrics) -> APIRouter:
    """Build the route ``/v1/metrics``."""
    router = APIRouter(tags=["metrics"])

    @router.post(
        "/v1/metrics",
        summary="Watch a batch of metric points",
        responses=responses({200: answer(MetricsAnswer, "All of it is stored and watched.", METRICS_ANSWER)}),
        openapi_extra=json_request(MetricsRequest.model_json_schema(), {"columns": METRICS}),
    )
    async def post_metrics(request: Request) -> Response:
        """Answer once the batch, and every warning that it opened, is on disk.

        Batches are watched in the order in which they are stored. Sent again, a batch changes nothing: points that are
        not newer than their series' last are passed over.
        """
        body = await read_body(request, service.limits.max_metrics_bytes)
        # A million points take a second to read, in which the loop must serve everybody else.
        answered = await service.metrics.accept(await asyncio.to_thread(_to_batch, body))
        metrics.count_answers(answered.triaged)
        opened = [warning.id for warning in answered.opened]
        return json_response({"accepted": answered.accepted, "ignored": answered.ignored, "warnings": opened})

    return router


def _to_batch(body: bytes) -> MetricBatch:
    return to_metric_batch(read_json(body))
