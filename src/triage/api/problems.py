"""Errors as problem documents (RFC 9457). The only place that turns an error into a status."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import TypeAlias

import orjson
import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from triage.api.headers import SAFETY_HEADERS
from triage.errors import DataError, Problem, StoreUnavailable, TriageError
from triage.wording import wanted

__all__ = [
    "PROBLEM_MEDIA",
    "RETRY_AFTER_S",
    "ProblemBody",
    "add_error_handlers",
    "problem_of",
    "problem_response",
    "unexpected_response",
]

ProblemBody: TypeAlias = dict[str, object]

PROBLEM_MEDIA = "application/problem+json"

_log = structlog.get_logger(__name__)

# Long enough for a few group commits, short enough that a sender's queue does not grow stale.
RETRY_AFTER_S = 2
# What a person reads; the count says how many more there are.
_MOST_PROBLEMS = 100
_LONGEST_GOT = 200
_METHODS = ("DELETE", "GET", "HEAD", "POST", "PUT")


def problem_of(error: TriageError) -> ProblemBody:
    """Render an error.

    Examples
    --------
    >>> from triage.errors import NotFound
    >>> problem_of(NotFound("No such page."))["type"]
    'urn:triage:problem:not-found'
    """
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(error).__name__).lower()
    more = len(error.problems) - _MOST_PROBLEMS
    return {
        "type": f"urn:triage:problem:{words.replace(' ', '-')}",
        "title": words.capitalize(),
        "status": error.http_status,
        "detail": error.message + (f" {more} more problems are not shown." if more > 0 else ""),
        "problems": [_one(problem) for problem in error.problems[:_MOST_PROBLEMS]],
    }


def add_error_handlers(app: FastAPI) -> None:
    """Have every error of an app answered by a problem document."""

    async def ours(_request: Request, error: Exception) -> Response:
        # FastAPI hands each handler what it was registered for.
        assert isinstance(error, TriageError)  # noqa: S101  # for the type checker
        return problem_response(error)

    async def framework(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101  # for the type checker
        status = HTTPStatus(error.status_code)
        allowed = _methods_at(request) if status == HTTPStatus.METHOD_NOT_ALLOWED else []
        # The framework names the methods of the first route at that path alone.
        headers = {"allow": ", ".join(allowed)} if allowed else error.headers
        return _response(_plain(status, _told(request, error, allowed)), status, headers)

    async def parameters(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101  # for the type checker
        problems = [
            Problem(
                wanted(one["type"], one["msg"], one.get("ctx", {})),
                where=".".join(str(part) for part in one["loc"]),
                got=str(one.get("input", "")),
            )
            for one in error.errors()
        ]
        wrong = DataError("The request has parameters that cannot be used.", problems)
        return _response(problem_of(wrong), wrong.http_status)

    async def last(request: Request, error: Exception) -> Response:
        return unexpected_response(request.method, request.url.path, error)

    app.add_exception_handler(TriageError, ours)
    app.add_exception_handler(HTTPException, framework)
    app.add_exception_handler(RequestValidationError, parameters)
    app.add_exception_handler(Exception, last)


def problem_response(error: TriageError) -> Response:
    """Answer an error of ours; one that is our fault is logged."""
    if error.http_status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        # What kept the store from it has been logged where it happened.
        _log.error("request_failed", error=repr(error), exc_info=None if isinstance(error, StoreUnavailable) else error)
    retry = {"retry-after": str(RETRY_AFTER_S)} if isinstance(error, StoreUnavailable) else None
    return _response(problem_of(error), error.http_status, retry)


def unexpected_response(method: str, path: str, error: Exception) -> Response:
    """Answer an error that nobody foresaw: what went wrong is for our log alone."""
    _log.error("unexpected_error", method=method, path=path, exc_info=error)
    body = _plain(HTTPStatus.INTERNAL_SERVER_ERROR, "An unexpected error; it has been logged.")
    return _response(body, HTTPStatus.INTERNAL_SERVER_ERROR, SAFETY_HEADERS)


def _plain(status: HTTPStatus, detail: str) -> ProblemBody:
    # RFC 9457: with no more to say than the status says, the type is about:blank and the title the status phrase.
    return {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail, "problems": []}


def _methods_at(request: Request) -> list[str]:
    """Return the methods that a path is answered for, of all of its routes."""
    asked = {"type": "http", "path": request.url.path, "root_path": "", "headers": []}
    return [
        method
        for method in _METHODS
        if any(route.matches({**asked, "method": method})[0] is Match.FULL for route in request.app.routes)
    ]


def _told(request: Request, error: HTTPException, allowed: Sequence[str]) -> str:
    if error.status_code == HTTPStatus.NOT_FOUND:
        return f"There is nothing at {request.url.path[:_LONGEST_GOT]}. What there is stands at /docs."
    if allowed:
        return f"{request.method} is not answered at {request.url.path[:_LONGEST_GOT]}. Send {' or '.join(allowed)}."
    return str(error.detail)


def _one(problem: Problem) -> ProblemBody:
    return {
        "where": problem.where,
        "message": problem.message,
        "rows": list(problem.rows),
        "got": problem.got[:_LONGEST_GOT],
    }


def _response(body: ProblemBody, status: int, headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body), status, headers, PROBLEM_MEDIA)
