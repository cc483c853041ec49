"""The routes that say which models are in force. Nothing is loaded or promoted here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from triage.api.described import answer, responses
from triage.api.examples import MODEL, MODELS
from triage.api.render import json_response, model_body
from triage.api.schemas import ModelAnswer, ModelList
from triage.api.service import Service
from triage.errors import NotFound, bounded
from triage.flow import Withdrawal

__all__ = ["model_routes"]


def model_routes(service: Service) -> APIRouter:
    """Build the routes under ``/v1/models``."""
    router = APIRouter(tags=["models"])

    def withdrawn() -> Sequence[Withdrawal]:
        oversight = service.flow.oversight
        return () if oversight is None else oversight.withdrawn

    @router.get(
        "/v1/models",
        summary="List the models in force",
        responses=responses({200: answer(ModelList, "Every model that should be in force.", MODELS)}),
    )
    async def list_models() -> Response:
        """Every model that should be in force, why a version was refused, and which labels are automatic no more."""
        return json_response({"items": [model_body(model, withdrawn()) for model in service.models.served()]})

    @router.get(
        "/v1/models/{name}",
        summary="Return one model in force",
        responses=responses({200: answer(ModelAnswer, "The model.", MODEL)}),
    )
    async def get_model(name: Annotated[str, Path(examples=[MODEL["name"]])]) -> Response:
        """One model by its name."""
        models = {model.name: model for model in service.models.served()}
        if name not in models:
            raise NotFound(f"No model {name!r} is served. Served are: {bounded(sorted(models)) or 'none'}.")
        return json_response(model_body(models[name], withdrawn()))

    return router
