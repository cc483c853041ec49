"""Which core a destination gets."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from tests.delivery import message
from tests.fakes import fixed_clock
from tests.web import FakeServer

from triage.deliver import Destination, Kind, Verdict, make_core


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.MAIL])
def test_every_kind_is_spoken_to_over_http_and_a_failure_is_tried_again(kind: Kind) -> None:
    server = FakeServer(lambda _: httpx.Response(503))
    secret = "" if kind is Kind.WEBHOOK else "key"

    async def deliver() -> Verdict:
        core = make_core(Destination("x", kind, "http://core", secret), fixed_clock, server.transport)
        attempt = await core.deliver(message())
        await core.close()
        return attempt.verdict

    assert asyncio.run(deliver()) is Verdict.RETRY
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("kind", "user", "header"),
    [
        (Kind.SERVICENOW, "", "Bearer key"),
        (Kind.SERVICENOW, "ada", "Basic YWRhOmtleQ=="),
        (Kind.REQUEST_TRACKER, "", "token key"),
        (Kind.ALERTMANAGER, "", "Bearer key"),
        (Kind.PAGERDUTY, "", None),
        (Kind.WEBHOOK, "", None),
    ],
)
def test_secret_is_shown_to_its_destination_alone_and_in_its_own_way(kind: Kind, user: str, header: str | None) -> None:
    server = FakeServer(lambda _: httpx.Response(503))
    asyncio.run(
        make_core(
            Destination("x", kind, "http://core", "key" if kind is not Kind.WEBHOOK else "", user),
            fixed_clock,
            server.transport,
        ).deliver(message())
    )
    assert server.requests[0].headers.get("authorization") == header
