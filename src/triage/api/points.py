"""The route of metric points: parse, call the flow, render."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from triage.api.bodies import media_of, read_body, read_unzipped
from triage.api.described import BYTES, answer, body_request, responses
from triage.api.examples import METRICS, METRICS_ANSWER
from triage.api.intake_examples import ARROW, OPENMETRICS
from triage.api.metrics import Metrics
from triage.api.render import json_response, suspects_body
from triage.api.schemas import MetricsAnswer, MetricsRequest
from triage.api.service import Service
from triage.api.suspects import suspects_if_possible
from triage.flow import MetricBatch
from triage.intake import (
    ARROW_MEDIA,
    MOST_POINTS,
    OPENMETRICS_MEDIA,
    PROMETHEUS_MEDIA,
    RecentNames,
    SeriesNames,
    read_json,
    to_exposed_metrics,
    to_metric_batch,
)

__all__ = ["point_routes"]


def point_routes(service: Service, metrics: Metrics) -> APIRouter:
    """Build the route ``/v1/metrics``."""
    router = APIRouter(tags=["metrics"])

    @router.post(
        "/v1/metrics",
        summary="Watch a batch of metric points",
        responses=responses({200: answer(MetricsAnswer, "All of it is stored and watched.", METRICS_ANSWER)}),
        openapi_extra=body_request(
            {
                "application/json": (MetricsRequest.model_json_schema(), METRICS),
                OPENMETRICS_MEDIA: ({"type": "string"}, OPENMETRICS),
                ARROW_MEDIA: (BYTES, ARROW),
            },
            {},
        ),
    )
    async def post_metrics(
        request: Request,
        entity: Annotated[
            str | None, Query(description="Of a text: the entity of series that no label names one for.")
        ] = None,
    ) -> Response:
        """Answer once the batch, and every warning that it opened, is on disk.

        Batches are watched in the order in which they are stored. Sent again, a batch changes nothing: points that are
        not newer than their series' last are passed over. The same columns are read as an Arrow stream or file, too,
        and so are points in OpenMetrics' or Prometheus' text.
        """
        limit = service.limits.max_metrics_bytes
        media = media_of(request)
        # A million points take a second to read, in which the loop must serve everybody else.
        if media in (OPENMETRICS_MEDIA, PROMETHEUS_MEDIA):
            names = service.intake.series if entity is None else service.intake.series.with_fallback(entity)
            text = await read_unzipped(request, limit)
            batch = await asyncio.to_thread(_to_exposed, text, media, names, service)
        elif media == ARROW_MEDIA:
            batch = await asyncio.to_thread(_to_arrow, await read_unzipped(request, limit))
        else:
            batch = await asyncio.to_thread(_to_batch, await read_body(request, limit), service.intake.names)
        answered = await service.metrics.accept(batch)
        metrics.count_answers(answered.triaged)
        opened = [warning.id for warning in answered.opened]
        body = {"accepted": answered.accepted, "ignored": answered.ignored, "warnings": opened}
        found = await suspects_if_possible(service.metrics.suspects.of(answered.opened))
        if found:
            body["suspects"] = {key: suspects_body(each) for key, each in found.items()}
        return json_response(body)

    return router


def _to_exposed(body: bytes, media: str, names: SeriesNames, service: Service) -> MetricBatch:
    return to_exposed_metrics(body, media, names, service.clock(), MOST_POINTS)


def _to_batch(body: bytes, names: RecentNames) -> MetricBatch:
    return to_metric_batch(read_json(body), names)


def _to_arrow(body: bytes) -> MetricBatch:
    from triage.intake.arrow_points import to_arrow_metrics  # noqa: PLC0415  # loads Arrow, which most never need

    return to_arrow_metrics(body)
