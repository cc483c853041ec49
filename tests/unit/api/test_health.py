"""The routes that other machines watch the service by."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from starlette.testclient import TestClient
from structlog.testing import capture_logs
from tests.delivery import MemoryOutbox, memory_keys
from tests.fakes import FakeCatalogue, FakeLabeller, MemoryJournal, fixed_clock, started_metrics

from triage.api import Limits, Service, create_app
from triage.flow import LiveFlow, ServedModel


def test_live_process_says_so_even_when_the_store_is_closed(client: TestClient, journal: MemoryJournal) -> None:
    journal.is_open = False
    assert client.get("/healthz").json() == {"status": "alive"}


def test_ready_while_the_store_can_be_written(client: TestClient, journal: MemoryJournal) -> None:
    assert client.get("/readyz").json() == {
        "status": "ready",
        "models": [{"name": "desk", "version": "1"}],
        "degraded": [],
    }
    journal.is_open = False
    with capture_logs():
        response = client.get("/readyz")
    assert response.status_code == 503
    assert "retry-after" in response.headers


def test_refused_model_degrades_and_is_named(service: Service) -> None:
    models = (
        ServedModel("desk", "1", ("team",), None, "version 2: a file was changed"),
        ServedModel("mail", "", (), None, "version 1: an unexpected pickle"),
    )
    client = TestClient(create_app(replace(service, models=FakeCatalogue(models))))
    body = client.get("/readyz").json()
    assert body["status"] == "ready"
    assert body["models"] == [{"name": "desk", "version": "1"}]
    assert body["degraded"] == ["desk: version 2: a file was changed", "mail: version 1: an unexpected pickle"]


def test_service_without_models_is_ready_and_says_what_it_lacks(service: Service) -> None:
    client = TestClient(create_app(replace(service, models=FakeCatalogue(()))))
    assert client.get("/readyz").json()["degraded"] == ["No model is loaded; incidents go on unlabelled."]


@dataclass
class HangingJournal(MemoryJournal):
    """As on a disk that no longer answers."""

    async def check(self) -> None:
        await asyncio.Event().wait()


def test_store_that_does_not_answer_is_not_ready() -> None:
    flow = LiveFlow(FakeLabeller, HangingJournal(), fixed_clock)
    client = TestClient(
        create_app(
            Service(flow, started_metrics(flow), FakeCatalogue(), MemoryOutbox(), memory_keys(), Limits(check_s=0.01))
        )
    )
    with capture_logs():
        assert client.get("/readyz").status_code == 503
