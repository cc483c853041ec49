"""How routes are described in the OpenAPI document: bodies, answers and problems, with their examples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from pydantic import BaseModel

from triage.api.problems import PROBLEM_MEDIA

__all__ = ["BYTES", "Description", "Responses", "answer", "body_request", "json_request", "responses"]

# FastAPI's own types for these parameters.
Description: TypeAlias = dict[str, Any]
Responses: TypeAlias = dict[int | str, Description]

# What the schema of a body says that is bytes: its example is their base64.
BYTES: Description = {"type": "string", "contentEncoding": "base64"}
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


def body_request(contents: Mapping[str, tuple[Description, object]], headers: Mapping[str, str]) -> Description:
    """Describe a body that comes in several media types, each with its example, and the headers beside it.

    Parameters
    ----------
    contents : mapping of str to (schema, example)
        By media type. The example of bytes is their base64, which its schema says.
    headers : mapping of str to str
        Values of the headers that the examples are sent with.
    """
    content = {
        media: {"schema": schema, "examples": {"one": {"value": example}}}
        for media, (schema, example) in contents.items()
    }
    parameters = [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string", "examples": [value]}}
        for name, value in headers.items()
    ]
    return {"requestBody": {"required": True, "content": content}, "parameters": parameters}


def json_request(schema: Description, examples: dict[str, object]) -> Description:
    """Describe the body of a request that the route reads by itself."""
    named = {name: {"value": example} for name, example in examples.items()}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema, "examples": named}}}}
