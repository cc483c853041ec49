"""What is put around every request."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient
from structlog.testing import capture_logs


def test_each_request_is_logged(client: TestClient) -> None:
    with capture_logs() as logs:
        client.get("/v1/incidents/a%20b")
    [log] = [log for log in logs if log["event"] == "request"]
    assert log.pop("duration_ms") >= 0
    assert log == {
        "event": "request",
        "log_level": "info",
        "method": "GET",
        "path": "/v1/incidents/a b",
        "route": "/v1/incidents/{incident_id:path}",
        "status": 404,
    }


@pytest.mark.parametrize("path", ["/healthz", "/nowhere", "/docs", "/v1/incidents"])
def test_every_response_carries_the_safety_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert (headers["x-content-type-options"], headers["x-frame-options"]) == ("nosniff", "DENY")
