"""Clients of a tracker that really listens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from tests.loopback import serving
from tests.trackers import Connect, Tracker

from triage.trackers import Account, TrackerClient, TrackerKind


@pytest.fixture
def slept() -> list[float]:
    """What clients have slept, in seconds."""
    return []


@pytest.fixture
def connect(slept: list[float]) -> Iterator[Connect]:
    """Serve a tracker and give a client of it that never really sleeps."""
    with ExitStack() as running:

        def to(tracker: Tracker, kind: TrackerKind, **more: object) -> TrackerClient:
            port = running.enter_context(serving(tracker.app()))
            usual = {"user": "user", "secret": "s3cret", "rate": 1000.0}
            url = more.pop("url", f"http://127.0.0.1:{port}")
            account = Account("desk", kind, **{"url": url, **usual, **more})  # type: ignore[arg-type]
            client = TrackerClient(account, sleep=slept.append)
            running.callback(client.close)
            return client

        yield to
