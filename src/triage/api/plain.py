"""Requests that ask for nothing but the answer to their body go past the framework; every other takes the usual route.

A request is plain if its query and its headers are among those listed here. So whatever a further header or key should
mean is looked after in one place, the documented route, and cannot be forgotten in this one. What must look at every
request, whatever its headers, belongs around this.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeAlias

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from triage.api.bodies import too_large
from triage.api.headers import SAFETY_HEADERS
from triage.api.problems import problem_response, unexpected_response
from triage.api.recorder import Recorder
from triage.errors import TriageError

__all__ = ["PlainAnswer", "PlainPost", "PlainPosts"]

# The status, and the body as JSON.
PlainAnswer: TypeAlias = tuple[int, bytes]

_MEDIA = b"application/json"
_HEADERS = [
    (b"content-type", _MEDIA),
    *((name.encode(), value.encode()) for name, value in SAFETY_HEADERS.items()),
]
# Sent by clients and proxies without being asked, and of no meaning to an answer.
_SILENT = frozenset(
    b"host connection user-agent accept accept-encoding accept-language via forwarded x-forwarded-for "
    b"x-forwarded-host x-forwarded-proto x-forwarded-port x-real-ip x-request-id traceparent tracestate".split()
)


@dataclass(frozen=True, slots=True)
class PlainPost:
    """A POST of JSON that can be answered from its body alone.

    Parameters
    ----------
    path : str
    answers : mapping of bytes to callable
        For every query string that is plain: given a body, returns the status and the body to send.
    max_bytes : int
        Of a body; a longer one is refused.
    """

    path: str
    answers: Mapping[bytes, Callable[[bytes], Awaitable[PlainAnswer]]]
    max_bytes: int


class PlainPosts:
    """Answers plain requests of one route, and hands every other to the app.

    Parameters
    ----------
    app : ASGIApp
    post : PlainPost
    recorder : Recorder

    Notes
    -----
    Parsing a query, resolving dependencies and holding exit stacks cost 40 us of a request's 190.
    """

    def __init__(self, app: ASGIApp, post: PlainPost, recorder: Recorder) -> None:
        self._app = app
        self._post = post
        self._recorder = recorder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if not self._is_plain(scope):
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = int(HTTPStatus.INTERNAL_SERVER_ERROR)
        try:
            status, content = await self._post.answers[scope["query_string"]](await self._read(receive))
            headers = [(b"content-length", str(len(content)).encode()), *_HEADERS]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": content})
        except TriageError as err:
            response = problem_response(err)
            status = response.status_code
            response.headers.update(SAFETY_HEADERS)
            await response(scope, receive, send)
        except Exception as err:
            await unexpected_response(scope["method"], scope["path"], err)(scope, receive, send)
            raise
        finally:
            self._recorder.record(scope, self._post.path, status, started)

    def _is_plain(self, scope: Scope) -> bool:
        return (
            scope["type"] == "http"
            and scope["method"] == "POST"
            and scope["path"] == scope.get("root_path", "") + self._post.path
            and scope["query_string"] in self._post.answers
            and _has_plain_headers(scope, self._post.max_bytes)
        )

    async def _read(self, receive: Receive) -> bytes:
        body = b""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            chunk: bytes = message.get("body", b"")
            if len(body) + len(chunk) > self._post.max_bytes:
                raise too_large(self._post.max_bytes)
            body = body + chunk if body else chunk
            if not message.get("more_body", False):
                return body


def _has_plain_headers(scope: Scope, max_bytes: int) -> bool:
    is_json = False
    for name, value in scope["headers"]:
        if name == b"content-type":
            # Given twice, the usual route decides.
            if is_json or value != _MEDIA:
                return False
            is_json = True
        elif name == b"content-length":
            # What is announced too large is refused unread: by the usual route.
            if not value.isdigit() or int(value) > max_bytes:
                return False
        elif name not in _SILENT:
            return False
    return is_json
