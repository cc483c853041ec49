"""The query of a request: only keys that the route knows, each once. Their values are FastAPI's business."""

from __future__ import annotations

from collections import Counter

from fastapi import Request
from fastapi.routing import APIRoute

from triage.errors import Problem, UsageError

__all__ = ["check_query"]


async def check_query(request: Request) -> None:
    """Refuse what a route would pass over in silence; a dependency of every route that is asked by programs of users.

    It waits for nothing, but FastAPI calls what is no coroutine in a thread.

    Raises
    ------
    UsageError
        Keys that the route does not know, or that are given more than once.
    """
    if not request.query_params:
        return
    route = request.scope["route"]
    known = [field.alias for field in route.dependant.query_params] if isinstance(route, APIRoute) else []
    wanted = f"known here: {', '.join(known) or 'none'}"
    given = Counter(key for key, _ in request.query_params.multi_items())
    unknown = [Problem(f"is not known; {wanted}", where=f"query.{key}") for key in given if key not in known]
    repeated = [
        Problem("must be given once", where=f"query.{key}", got=f"{count} times")
        for key, count in given.items()
        if key in known and count > 1
    ]
    if unknown or repeated:
        raise UsageError("The query cannot be used.", [*unknown, *repeated])
