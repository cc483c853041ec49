"""The routes that other machines watch the service by."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from triage.api.described import answer, responses
from triage.api.examples import HEALTH, READINESS
from triage.api.metrics import Metrics
from triage.api.render import json_response
from triage.api.schemas import Health, Readiness
from triage.api.service import Service
from triage.errors import StoreUnavailable

__all__ = ["health_routes"]

_NO_MODEL = "No model is loaded; incidents go on unlabelled."


def health_routes(service: Service, metrics: Metrics) -> APIRouter:
    """Build ``/healthz``, ``/readyz`` and ``/metrics``."""
    router = APIRouter(tags=["health"])

    @router.get(
        "/healthz",
        summary="Tell that the process is alive",
        responses={200: answer(Health, "It is.", HEALTH)},
    )
    async def healthz() -> Response:
        """No more than that the event loop turns."""
        return json_response(HEALTH)

    @router.get(
        "/readyz",
        summary="Tell whether incidents are accepted",
        responses=responses({200: answer(Readiness, "They are, labelled or not.", READINESS)}),
    )
    async def readyz() -> Response:
        """Ready means that the store can be written. A model that is refused or that hangs is named."""
        try:
            async with asyncio.timeout(service.limits.check_s):
                await service.flow.check()
        except TimeoutError as err:
            raise StoreUnavailable(f"The store has not answered for {service.limits.check_s} s.") from err
        models = service.models.served()
        degraded = [f"{model.name}: {model.refused}" for model in models if model.refused]
        if service.flow.labelling_fault:
            degraded.append(service.flow.labelling_fault)
        return json_response(
            {
                "status": "ready",
                "models": [{"name": model.name, "version": model.version} for model in models if model.version],
                "degraded": [*(degraded if models else [_NO_MODEL]), *(service.polls.faults if service.polls else ())],
            }
        )

    @router.get(
        "/metrics",
        summary="Return the metrics of the service",
        response_class=Response,
        responses={200: {"description": "Prometheus' text format.", "content": {"text/plain": {}}}},
    )
    async def prometheus() -> Response:
        """Count requests, latencies, decisions, commits and models."""
        return Response(metrics.render(), headers={"content-type": CONTENT_TYPE_LATEST})

    # Load balancers like to ask by HEAD.
    for path, probe in (("/healthz", healthz), ("/readyz", readyz)):
        router.add_api_route(path, probe, methods=["HEAD"], include_in_schema=False)
    return router
