"""Remote write's route: negotiation, headers, and what is kept of a request that is partly wrong."""

from __future__ import annotations

import pytest
from httpx2 import Response
from starlette.testclient import TestClient
from structlog.testing import capture_logs
from tests.fakes import MemoryMetricJournal, started_metrics
from tests.prometheus_messages import Series, packed, request_1, request_2

from triage.api import Service, create_app

URL = "/api/v1/write"
AT = 1_795_428_000_000
GOOD: Series = ([("__name__", "up"), ("instance", "db-1:9100")], [(1.0, AT), (0.0, AT + 1000)])
BAD: Series = ([("job", "node")], [(1.0, AT)])
MEDIA_1 = "application/x-protobuf"
MEDIA_2 = "application/x-protobuf;proto=io.prometheus.write.v2.Request"


def post(client: TestClient, body: bytes, media: str = MEDIA_1, encoding: str = "snappy") -> Response:
    headers = {"content-type": media, "content-encoding": encoding, "x-prometheus-remote-write-version": "0.1.0"}
    return client.post(URL, content=body, headers=headers)


def written(response: Response) -> list[str]:
    return [
        response.headers[f"x-prometheus-remote-write-{kind}-written"] for kind in ("samples", "histograms", "exemplars")
    ]


@pytest.mark.parametrize(
    ("media", "message"),
    [
        (MEDIA_1, request_1(GOOD)),
        ("application/x-protobuf; proto=prometheus.WriteRequest", request_1(GOOD)),
        (MEDIA_2, request_2(GOOD)),
        ('Application/X-Protobuf; charset=utf-8; proto="io.prometheus.write.v2.Request"', request_2(GOOD)),
    ],
)
def test_both_versions_are_answered_by_204_and_what_was_written(client: TestClient, media: str, message: bytes) -> None:
    response = post(client, packed(message), media)
    assert (response.status_code, response.content) == (204, b"")
    assert written(response) == ["2", "0", "0"]
    assert "triage_points_accepted_total 2.0" in client.get("/metrics").text


@pytest.mark.parametrize(
    ("media", "encoding"),
    [
        ("", "snappy"),
        ("application/json", "snappy"),
        ("application/x-protobuf;proto=io.prometheus.write.v3.Request", "snappy"),
        (MEDIA_1, "gzip"),
        (MEDIA_1, ""),
        (MEDIA_1, "identity"),
    ],
)
def test_other_protocols_and_encodings_are_415(client: TestClient, media: str, encoding: str) -> None:
    response = post(client, packed(request_1(GOOD)), media, encoding)
    assert response.status_code == 415
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("body", [b"", b"plain", packed(b"\xff\xff"), packed(request_1(GOOD)[:-1])])
def test_what_is_not_the_message_is_400(client: TestClient, body: bytes) -> None:
    assert post(client, body).status_code == 400


def test_what_can_be_used_is_kept_and_400_names_the_rest(client: TestClient) -> None:
    response = post(client, packed(request_2(GOOD, BAD)), MEDIA_2)
    assert response.status_code == 400
    assert written(response) == ["2", "0", "0"]
    [problem] = response.json()["problems"]
    assert (problem["where"], problem["rows"]) == ("timeseries.labels", [2])
    assert "triage_points_accepted_total 2.0" in client.get("/metrics").text


def test_a_body_is_bounded_before_and_after_it_is_unpacked(client: TestClient) -> None:
    assert post(client, b"x" * 20_001).status_code == 413
    assert post(client, packed(b"x" * 20_001)).status_code == 413


def test_a_closed_store_pushes_senders_back(service: Service) -> None:
    journal = MemoryMetricJournal()
    metrics = started_metrics(service.flow, journal)
    journal.is_open = False
    client = TestClient(create_app(Service(service.flow, metrics, service.models, service.outbox, service.keyed)))
    with capture_logs():
        response = post(client, packed(request_1(GOOD)))
    assert (response.status_code, response.headers["retry-after"]) == (503, "2")
