"""Requests that go past the framework are answered, refused and counted as those that do not."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient
from structlog.testing import capture_logs
from tests.fakes import MemoryJournal

from triage.api import Service
from triage.api.metrics import Metrics
from triage.api.plain import PlainAnswer, PlainPost, PlainPosts
from triage.api.recorder import Recorder

URL = "/v1/incidents"
JSON = {"content-type": "application/json"}
# A header that means nothing sends a request the usual way.
USUAL = JSON | {"x-anything": "1"}


def post(client: TestClient, content: str, query: str, headers: dict[str, str]) -> Response:
    with capture_logs():
        return client.post(URL + query, content=content, headers=headers)


@pytest.mark.parametrize(
    "query", ["?dry_run=true", "?dry_run=false", "", "?dry_run=true&precedents=0", "?precedents=2"]
)
@pytest.mark.parametrize(
    "content",
    [
        '{"id": "1", "title": "VPN"}',
        '[{"id": "1"}, {"id": null}]',
        "",
        "{",
        "[]",
        "3",
        '{"id": " "}',
        f'{{"title": "{"x" * 20_000}"}}',
    ],
)
def test_answers_and_refusals_are_those_of_the_usual_way(client: TestClient, content: str, query: str) -> None:
    # Both ways meet the same state of the store.
    post(client, content, query, USUAL)
    usual, plain = (post(client, content, query, headers) for headers in (USUAL, JSON))
    assert plain.status_code == usual.status_code
    assert plain.content == usual.content
    assert dict(plain.headers) == dict(usual.headers)


def test_closed_store_is_answered_as_the_usual_way_does(client: TestClient, journal: MemoryJournal) -> None:
    journal.is_open = False
    usual, plain = (post(client, '{"id": "1"}', "", headers) for headers in (USUAL, JSON))
    assert (plain.status_code, plain.content) == (usual.status_code, usual.content) == (503, usual.content)
    assert dict(plain.headers) == dict(usual.headers)


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ("?dry_run=maybe", JSON, 422),
        ("?dryrun=true", JSON, 400),
        ("?dry_run=true&dry_run=true", JSON, 400),
        ("?dry_run=1", JSON, 200),
        ("", JSON | {"content-encoding": "gzip"}, 415),
        ("", {"content-type": "text/plain"}, 415),
        ("", {"content-type": "application/json; charset=utf-8"}, 201),
    ],
)
def test_what_is_not_plain_is_read_the_usual_way(
    client: TestClient, query: str, headers: dict[str, str], status: int
) -> None:
    assert post(client, '{"id": "1"}', query, headers).status_code == status


def test_unexpected_error_is_logged_and_tells_nothing(app: FastAPI, service: Service) -> None:
    async def breaks(_body: bytes) -> PlainAnswer:
        raise RuntimeError("secret detail")

    broken = PlainPosts(app, PlainPost(URL, {b"": breaks}, 100), Recorder(Metrics(service)))
    with TestClient(broken, raise_server_exceptions=False) as client, capture_logs() as logs:
        response = client.post(URL, json={"id": "1"})
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "secret" not in response.text
    assert [log["status"] for log in logs if log["event"] == "request"] == [500]
    assert [log["path"] for log in logs if log["event"] == "unexpected_error"] == [URL]


def test_it_is_logged_as_every_request_is(client: TestClient) -> None:
    with capture_logs() as logs:
        client.post(URL, json={"id": "1"})
    [log] = [log for log in logs if log["event"] == "request"]
    assert log.pop("duration_ms") >= 0
    assert log == {
        "event": "request",
        "log_level": "info",
        "method": "POST",
        "path": URL,
        "route": URL,
        "status": 201,
    }
