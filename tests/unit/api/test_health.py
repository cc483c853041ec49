"""The routes that other machines watch the service by."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import SimpleNamespace

import pytest
from starlette.testclient import TestClient
from structlog.testing import capture_logs
from tests.delivery import MemoryOutbox, memory_keys
from tests.fakes import FakeCatalogue, FakeLabeller, MemoryJournal, fixed_clock, started_metrics

from triage.api import Limits, Service, create_app
from triage.domain import Incident, PrecedentQuery, Triage
from triage.flow import LiveFlow, Polls, ServedModel, Waits


def test_live_process_says_so_even_when_the_store_is_closed(client: TestClient, journal: MemoryJournal) -> None:
    journal.is_open = False
    assert client.get("/healthz").json() == {"status": "alive"}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_probe_by_head_is_answered_without_a_body(client: TestClient, path: str) -> None:
    response = client.head(path)
    assert (response.status_code, response.text) == (200, "")


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


class Unread(Polls):
    """Could not read its tracker."""

    @property
    def faults(self) -> list[str]:
        return ["desk is not read: it refuses the credentials"]


def test_tracker_that_cannot_be_read_is_named(service: Service) -> None:
    polls = Unread(service.flow, [], SimpleNamespace(), fixed_clock)
    body = TestClient(create_app(replace(service, polls=polls))).get("/readyz").json()
    assert (body["status"], body["degraded"]) == ("ready", ["desk is not read: it refuses the credentials"])


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


class HangingLabeller(FakeLabeller):
    """Does not end before it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.may_go = threading.Event()

    def handle_many(
        self, events: Sequence[Incident], now: datetime, precedents: PrecedentQuery | None = None
    ) -> list[Triage]:
        assert self.may_go.wait(30)
        return super().handle_many(events, now, precedents)


def test_model_that_hangs_degrades_every_kind_of_post_and_is_named(service: Service) -> None:
    labeller = HangingLabeller()
    flow = LiveFlow(lambda: labeller, MemoryJournal(), fixed_clock, waits=Waits(0.001, 0.01))
    incident = {"id": "1", "title": "VPN is down"}
    with capture_logs(), TestClient(create_app(replace(service, flow=flow))) as client:
        answers = [
            client.post("/v1/incidents?dry_run=true", json=incident).json(),
            client.post("/v1/incidents?dry_run=true&same=site", json=incident).json(),
            client.post("/v1/incidents", json=incident).json(),
            *(
                one["answer"]
                for one in client.post("/v1/incidents", json=[incident, {**incident, "id": "2"}]).json()["items"]
            ),
        ]
        assert [answer["degraded"].startswith("No model answered within 1 ms") for answer in answers] == [True] * 5
        degraded: list[str] = []
        while not degraded:
            degraded = client.get("/readyz").json()["degraded"]
        labeller.may_go.set()
    assert degraded == ["No model has answered for 0.01 s; incidents go on unlabelled, and labels follow."]
