"""How routes are described in the OpenAPI document: bodies, answers and problems, with their examples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from pydantic import BaseModel

from triage.api.problems import PROBLEM_MEDIA

__all__ = ["Description", "Responses", "answer", "json_request", "responses"]

# FastAPI's own types for these parameters.
Description: TypeAlias = dict[str, Any]
Responses: TypeAlias = dict[int | str, Description]

# The schema itself gets into the document with the answers on a list.
_PROBLEM: Description = {"content": {PROBLEM_MEDIA: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}}


def answer(model: type[BaseModel], description: str, example: object) -> Description:
    """Describe one answer in JSON."""
    return {"model": model, "description": description, "content": {"application/json": {"example": example}}}


def responses(answers: Mapping[int | str, Description]) -> Responses:
    """Describe the answers of a route and, once for all routes, its problems."""
    return {
        **answers,
        "4XX": {**_PROBLEM, "description": "The request cannot be served as it is; nothing of it was stored."},
        503: {**_PROBLEM, "description": "Nothing was stored. Send it again after the seconds in Retry-After."},
    }


def json_request(schema: Description, examples: dict[str, object]) -> Description:
    """Describe the body of a request that the route reads by itself."""
    named = {name: {"value": example} for name, example in examples.items()}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema, "examples": named}}}}
