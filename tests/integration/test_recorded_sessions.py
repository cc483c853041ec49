"""Sessions of a real Alertmanager and a real Prometheus, replayed to a real server over a real database."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.fakes import FakeCatalogue, FakeLabeller, fixed_clock, started_metrics
from tests.loopback import serving
from tests.stored import database_url, execute, row_counts

from triage.api import Service, create_app
from triage.flow import KeyedAnswers, LiveFlow
from triage.store import SqlJournal

RECORDED = Path(__file__).parents[1] / "data" / "recorded"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "triage.db"


@pytest.fixture
def url(file: Path) -> Iterator[str]:
    with SqlJournal.open(database_url(file)) as journal:
        flow = LiveFlow(FakeLabeller, journal, fixed_clock)
        keyed = KeyedAnswers(journal.keys, fixed_clock)
        service = Service(flow, started_metrics(flow, journal.metrics), FakeCatalogue(), journal.outbox, keyed)
        with serving(create_app(service)) as port:
            yield f"http://127.0.0.1:{port}"


def replay(url: str, session: str) -> list[httpx.Response]:
    requests = json.loads((RECORDED / f"{session}.json").read_text())
    return [
        httpx.post(url + one["path"], headers=one["headers"], content=base64.b64decode(one["body"])) for one in requests
    ]


def told(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("x-prometheus")}


def test_alerts_open_and_resolve_and_a_replay_settles_to_the_same(url: str, file: Path) -> None:
    for _ in range(2):
        answers = replay(url, "alertmanager-0.25.0")
        assert [answer.status_code for answer in answers] == [200, 200, 200]
        items = httpx.get(f"{url}/v1/incidents").json()["items"]
        assert [(item["state"], item["id"].partition("@")[2]) for item in items][::-1] == [
            ("resolved", "2026-11-23T10:00:00Z"),
            ("resolved", "2026-11-23T10:00:00Z"),
            ("resolved", "2026-11-23T10:06:00.123456Z"),
        ]
    assert execute(file, "SELECT count(*) FROM revisions WHERE revision <= 2") == [(6,)]


def test_samples_are_kept_and_a_stale_marker_beside_them(url: str, file: Path) -> None:
    answers = replay(url, "prometheus-2.42.0")
    assert [answer.status_code for answer in answers] == [204] * 6
    written = [answer.headers["x-prometheus-remote-write-samples-written"] for answer in answers]
    # Metadata come in requests of their own.
    assert written == ["0", "8", "16", "0", "8", "7"]
    # A stale marker was no sample, and is kept all the same: its series ended as planned.
    assert execute(file, "SELECT sum(points) FROM metric_batches") == [(39,)]
    assert "triage_points_ignored_total 1.0" in httpx.get(f"{url}/metrics").text
    assert row_counts(file)["metric_batches"] == 4


def test_messages_of_remote_write_2_are_kept_and_answered_with_what_was_written(url: str, file: Path) -> None:
    answers = replay(url, "prometheus-3.5.3")
    session = json.loads((RECORDED / "prometheus-3.5.3.json").read_text())
    assert {one["headers"]["x-prometheus-remote-write-version"] for one in session} == {"2.0.0"}
    assert [{"status": answer.status_code, "headers": told(answer)} for answer in answers] == [
        one["answer"] for one in session
    ]
    written = [answer.headers["x-prometheus-remote-write-samples-written"] for answer in answers]
    assert written == ["8", "8", "8", "8", "7"]
    assert execute(file, "SELECT sum(points) FROM metric_batches") == [(39,)]
    # The stale marker is kept, and watched as an end.
    assert "triage_points_ignored_total 1.0" in httpx.get(f"{url}/metrics").text
