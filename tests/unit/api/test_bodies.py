"""How much of which body is read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient
from tests.fakes import MemoryJournal

URL = "/v1/incidents"


@pytest.mark.parametrize(
    "media",
    [
        "application/json",
        "Application/JSON; charset=UTF-8",
        "application/vnd.desk+json",
        'application/json; charset="utf-8"',
    ],
)
def test_json_is_read_under_its_names(client: TestClient, media: str) -> None:
    assert client.post(URL, content=b"{}", headers={"content-type": media}).status_code == 201


@pytest.mark.parametrize(
    "media", ["", "text/plain", "text/json", "application/x-www-form-urlencoded", "application/json; charset=latin-1"]
)
def test_other_media_are_refused(client: TestClient, media: str, journal: MemoryJournal) -> None:
    response = client.post(URL, content=b"{}", headers={"content-type": media})
    assert response.status_code == 415
    assert response.headers["content-type"] == "application/problem+json"
    assert not journal.stored


def test_missing_content_type_is_refused(client: TestClient) -> None:
    assert client.post(URL, content=b"{}").status_code == 415


def test_compressed_body_is_refused(client: TestClient) -> None:
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    assert client.post(URL, content=b"{}", headers=headers).status_code == 415


@pytest.mark.parametrize(("size", "status"), [(10_000, 201), (10_001, 413)])
def test_body_is_read_up_to_the_limit(client: TestClient, size: int, status: int) -> None:
    body = b'{"id":"1"' + b" " * (size - 10) + b"}"
    assert client.post(URL, content=body, headers={"content-type": "application/json"}).status_code == status


def test_body_without_a_length_is_cut_off_at_the_limit(client: TestClient) -> None:
    def endless() -> Iterator[bytes]:
        yield from [b" " * 1000] * 100

    assert client.post(URL, content=endless(), headers={"content-type": "application/json"}).status_code == 413
