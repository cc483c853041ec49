"""What Prometheus reads."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient
from tests.delivery import FakeCore, entry_for, lane_over
from tests.fakes import EmptyLabeller, FakeCatalogue, MemoryJournal, fixed_clock
from tests.stored import database_url

from triage.api import Service, create_app
from triage.deliver import Relay
from triage.flow import CommitCounts, LiveFlow, ServedModel
from triage.store import SqlJournal


def samples(client: TestClient) -> dict[tuple[str, tuple[str, ...]], float]:
    response = client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=")
    families = text_string_to_metric_families(response.text)
    return {
        (sample.name, tuple(sample.labels.values())): sample.value for family in families for sample in family.samples
    }


def test_requests_are_counted_by_template_and_status(client: TestClient) -> None:
    for path in ("/v1/incidents/a", "/v1/incidents/b", "/nowhere", "/v1/models/desk"):
        client.get(path)
    client.request("BREW", "/v1/incidents")
    got = samples(client)
    assert got["triage_http_requests_total", ("GET", "/v1/incidents/{incident_id:path}", "404")] == 2
    assert got["triage_http_requests_total", ("GET", "unmatched", "404")] == 1
    assert got["triage_http_requests_total", ("GET", "/v1/models/{name}", "200")] == 1
    assert got["triage_http_requests_total", ("other", "/v1/incidents", "405")] == 1
    assert got["triage_http_request_seconds_count", ("/v1/incidents/{incident_id:path}",)] == 2


def test_decisions_are_counted_once_for_each_new_body(client: TestClient) -> None:
    for body in ({"id": 1}, {"id": 1}, {"id": 1, "title": "VPN"}):
        client.post("/v1/incidents", json=body)
    client.post("/v1/incidents", json={"id": 2}, params={"dry_run": True})
    assert samples(client)["triage_decisions_total", ("auto", "assignment_group")] == 2


def test_journal_and_models_are_reported(service: Service, journal: MemoryJournal) -> None:
    journal.counts = CommitCounts(3, 120, 1)
    models = (ServedModel("a", "1", (), None, "version 2 is damaged"), ServedModel("b", "", (), None, "damaged"))
    got = samples(TestClient(create_app(replace(service, models=FakeCatalogue(models)))))
    names = (
        "journal_commits_total",
        "journal_rows_total",
        "journal_failed_commits_total",
        "models_loaded",
        "models_refused",
    )
    assert [got[f"triage_{name}", ()] for name in names] == [3, 120, 1, 1, 2]


def test_apps_do_not_share_their_counters(client: TestClient, service: Service) -> None:
    client.get("/nowhere")
    other = samples(TestClient(create_app(service)))
    assert ("triage_http_requests_total", ("GET", "unmatched", "404")) not in other


def test_degraded_answers_are_counted(service: Service) -> None:
    flow = LiveFlow(EmptyLabeller, MemoryJournal(), fixed_clock)
    degraded = TestClient(create_app(replace(service, flow=flow)))
    degraded.post("/v1/incidents", json={})
    assert samples(degraded)["triage_degraded_answers_total", ()] == 1


def test_the_watcher_is_reported(client: TestClient) -> None:
    columns = {"entity": ["a"] * 3, "metric": ["cpu"] * 3, "timestamp": [60, 120, 180], "value": [0.95, 0.1, None]}
    client.post("/v1/metrics", json=columns)
    got = samples(client)
    names = ("points_accepted_total", "points_ignored_total", "warnings_opened_total", "warnings_closed_total")
    assert [got[f"triage_{name}", ()] for name in names] == [2, 1, 1, 1]
    assert got["triage_watcher_waiting_points", ()] == got["triage_watcher_lag_seconds", ()] == 0
    assert got["triage_decisions_total", ("auto", "assignment_group")] == 1


def test_deliveries_are_counted_by_destination_and_end(service: Service, tmp_path: Path) -> None:
    with SqlJournal.open(database_url(tmp_path / "triage.db")) as journal:
        lane = lane_over(journal.outbox, FakeCore())
        asyncio.run(journal.record([entry_for("1"), entry_for("2")]))
        asyncio.run(lane.drain())
    text = TestClient(create_app(replace(service, relay=Relay([lane])))).get("/metrics").text
    assert 'triage_deliveries_total{destination="desk",end="delivered"} 2.0' in text
    assert 'triage_deliveries_total{destination="desk",end="dead"} 0.0' in text
