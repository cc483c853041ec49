"""Apps over fakes and over a real store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from tests.delivery import MemoryOutbox, memory_keys
from tests.fakes import FakeCatalogue, FakeLabeller, MemoryJournal, fixed_clock, started_metrics

from triage.api import Limits, Service, create_app
from triage.flow import LiveFlow


@pytest.fixture
def journal() -> MemoryJournal:
    return MemoryJournal()


@pytest.fixture
def labeller() -> FakeLabeller:
    return FakeLabeller()


@pytest.fixture
def service(journal: MemoryJournal, labeller: FakeLabeller) -> Service:
    flow = LiveFlow(lambda: labeller, journal, fixed_clock)
    limits = Limits(max_body_bytes=10_000, max_metrics_bytes=20_000)
    metrics = started_metrics(flow)
    return Service(
        flow, metrics, FakeCatalogue(), MemoryOutbox(), memory_keys(), limits, fixed_clock, lambda: "made-up"
    )


@pytest.fixture
def app(service: Service) -> FastAPI:
    return create_app(service)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened
