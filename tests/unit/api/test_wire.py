"""Responses as they leave, over a real connection."""

from __future__ import annotations

import asyncio
import socket

from starlette.types import Receive, Scope, Send
from tests.loopback import exchange, serving

REQUEST = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"


async def at_once(scope: Scope, receive: Receive, send: Send) -> None:
    await start(scope, receive, send)
    await send({"type": "http.response.body", "body": b"ab"})


async def piecemeal(scope: Scope, receive: Receive, send: Send) -> None:
    await start(scope, receive, send)
    for chunk in (b"a", b"b"):
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await send({"type": "http.response.body", "body": chunk, "more_body": chunk == b"a"})


async def waiting(scope: Scope, receive: Receive, send: Send) -> None:
    await start(scope, receive, send)
    if scope["type"] == "http":
        # Until the client goes.
        await receive()
        await receive()


async def start(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})


def test_head_and_body_come_in_one_piece() -> None:
    with serving(at_once) as port, socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(REQUEST)
        assert client.recv(10_000).endswith(b"\r\n\r\nab")


def test_body_in_pieces_arrives_whole() -> None:
    with serving(piecemeal) as port:
        assert exchange(port, REQUEST).body == b"ab"


def test_head_does_not_wait_for_a_body_that_is_late() -> None:
    with serving(waiting) as port, socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(REQUEST)
        assert client.recv(10_000).startswith(b"HTTP/1.1 200 OK\r\n")


def test_head_without_a_body_is_sent_before_the_connection_is_closed() -> None:
    with serving(at_once) as port, socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(REQUEST.replace(b"GET", b"HEAD"))
        assert client.recv(10_000).startswith(b"HTTP/1.1 200 OK\r\n")
