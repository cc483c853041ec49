"""OTLP's route: both encodings, gzip, partial success and errors in OTLP's own words."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from google.protobuf import json_format
from httpx2 import Response
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from starlette.testclient import TestClient
from structlog.testing import capture_logs
from tests.fakes import MemoryMetricJournal, started_metrics

from triage.api import Service, create_app
from triage.api.intake_examples import OTLP

URL = "/otlp/v1/metrics"
PROTOBUF = "application/x-protobuf"
JSON = "application/json"


def post(client: TestClient, body: bytes, media: str, **headers: str) -> Response:
    return client.post(URL, content=body, headers={"content-type": media, **headers})


def as_json(metrics: list[dict[str, Any]]) -> bytes:
    return json.dumps({"resourceMetrics": [{"scopeMetrics": [{"metrics": metrics}]}]}).encode()


def as_protobuf(body: bytes) -> bytes:
    return bytes(json_format.Parse(body, ExportMetricsServiceRequest()).SerializeToString())


BODY = json.dumps(OTLP).encode()
# One point is from before any clock; the other is good.
PARTLY = as_json(
    [
        {
            "name": "g",
            "gauge": {"dataPoints": [{"asInt": "1", "timeUnixNano": at} for at in ("5", "1795428000000000000")]},
        }
    ]
)


def test_all_of_it_is_answered_by_an_empty_message_of_the_same_kind(client: TestClient) -> None:
    answered = post(client, BODY, JSON)
    assert (answered.status_code, answered.headers["content-type"], answered.content) == (200, JSON, b"{}")
    answered = post(client, as_protobuf(BODY), PROTOBUF)
    assert (answered.status_code, answered.headers["content-type"], answered.content) == (200, PROTOBUF, b"")
    assert "triage_points_accepted_total 2.0" in client.get("/metrics").text


@pytest.mark.parametrize("media", [JSON, PROTOBUF])
def test_bodies_may_be_gzip(client: TestClient, media: str) -> None:
    body = BODY if media == JSON else as_protobuf(BODY)
    headers = {"content-encoding": "gzip"}
    assert post(client, gzip.compress(body), media, **headers).status_code == 200
    assert post(client, gzip.compress(body)[:-9], media, **headers).status_code == 400
    assert post(client, body, media, **headers).status_code == 400
    assert post(client, gzip.compress(b" " * 20_001), media, **headers).status_code == 413
    assert post(client, body, media, **{"content-encoding": "br"}).status_code == 415


def test_partial_success_says_how_many_points_were_rejected(client: TestClient) -> None:
    said = post(client, PARTLY, JSON).json()["partialSuccess"]
    assert said["rejectedDataPoints"] == "1"
    assert "timeUnixNano" in said["errorMessage"]
    message = ExportMetricsServiceResponse.FromString(post(client, as_protobuf(PARTLY), PROTOBUF).content)
    assert message.partial_success.rejected_data_points == 1


def test_errors_are_statuses_of_the_same_kind(client: TestClient) -> None:
    refused = post(client, b"{", JSON)
    assert (refused.status_code, refused.json()["code"]) == (400, 3)
    refused = post(client, b"\xff\xff", PROTOBUF)
    assert refused.status_code == 400
    # {code = 1: int32, message = 2: string}
    assert refused.content[:3] == b"\x08\x03\x12"
    assert refused.content.endswith(b"ExportMetricsServiceRequest.")
    assert post(client, b"{}", "text/plain").status_code == 415


def test_a_closed_store_pushes_senders_back(service: Service) -> None:
    journal = MemoryMetricJournal()
    metrics = started_metrics(service.flow, journal)
    journal.is_open = False
    client = TestClient(create_app(Service(service.flow, metrics, service.models, service.outbox, service.keyed)))
    with capture_logs():
        for media, body in ((JSON, BODY), (PROTOBUF, as_protobuf(BODY))):
            response = post(client, body, media)
            assert (response.status_code, response.headers["retry-after"]) == (503, "2")
