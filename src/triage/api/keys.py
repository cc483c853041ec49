"""The header Idempotency-Key: a request that is sent again gets the answer that it got. No answer is made here."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Awaitable, Callable
from itertools import count

from starlette.requests import Request
from starlette.responses import Response

from triage.api.service import Service

__all__ = ["answer_once", "ids_of"]

_HEADER = "idempotency-key"


async def answer_once(
    service: Service, request: Request, body: bytes, work: Callable[[], Awaitable[Response]]
) -> Response:
    """Answer a request, once for its key if it has one.

    Parameters
    ----------
    service : Service
    request : Request
    body : bytes
        As it came.
    work : callable returning awaitable of Response
        Makes the answer; an error that it raises leaves the key free.

    Raises
    ------
    Conflict
        A request with the same key is being answered.
    DataError
        The key is none, or was used for another body.
    """
    key = request.headers.get(_HEADER)
    if key is None:
        return await work()

    async def answer() -> tuple[int, bytes]:
        response = await work()
        return response.status_code, bytes(response.body)

    status, answered = await service.keyed.once(request.url.path, key, hashlib.sha256(body).hexdigest(), answer)
    return Response(answered, status, media_type="application/json")


def ids_of(service: Service, request: Request) -> Callable[[], str]:
    """Return who gives ids to incidents without one: of a request with a key the same ones at every repetition."""
    key = request.headers.get(_HEADER)
    if key is None:
        return service.new_id
    numbers = count()
    return lambda: str(uuid.uuid5(uuid.NAMESPACE_URL, f"{request.url.path} {key} {next(numbers)}"))
