"""A real Alertmanager and a real Prometheus send to a running service, as they do at a site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.e2e.monitors import (
    ALERTMANAGER,
    PROMETHEUS,
    Target,
    alertmanager,
    prometheus,
    prometheus_version,
    serving,
    wait_until,
)
from tests.e2e.service import Service


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Service]:
    """A running service without a model."""
    home = tmp_path / "home"
    home.mkdir()
    with Service(home) as running:
        yield running


def alerts_of(service: Service) -> dict[str, dict[str, Any]]:
    items = httpx.get(f"{service.url}/v1/incidents", params={"source": "alertmanager"}).json()["items"]
    return {item["id"]: item for item in items}


def alert(host: str, **more: str) -> dict[str, object]:
    labels = {"alertname": "DiskFull", "instance": f"{host}:9100", "severity": "critical"}
    return {"labels": labels, "annotations": {"summary": f"The disk of {host} is nearly full"}, **more}


@pytest.mark.skipif(ALERTMANAGER is None, reason="prometheus-alertmanager is not installed")
def test_alerts_of_a_real_alertmanager_are_opened_and_resolved(bare: Service, tmp_path: Path) -> None:
    with alertmanager(tmp_path / "alertmanager", f"{bare.url}/v1/alertmanager") as url:
        began = {"startsAt": "2026-11-23T10:00:00Z"}
        firing = [alert("db-1", **began), alert("db-2", **began)]
        httpx.post(f"{url}/api/v2/alerts", json=firing).raise_for_status()
        wait_until(lambda: len(alerts_of(bare)) == 2, "two incidents")
        assert {one["state"] for one in alerts_of(bare).values()} == {"open"}
        over = [alert("db-1", **began, endsAt="2026-11-23T10:05:00Z")]
        httpx.post(f"{url}/api/v2/alerts", json=over).raise_for_status()
        wait_until(lambda: "resolved" in {one["state"] for one in alerts_of(bare).values()}, "a resolution")
    states = sorted((one["state"], one["revision"]) for one in alerts_of(bare).values())
    assert states == [("open", 1), ("resolved", 2)]


@pytest.mark.skipif(PROMETHEUS is None, reason="prometheus is not installed")
def test_samples_of_a_real_prometheus_are_watched(bare: Service, tmp_path: Path) -> None:
    target = Target()
    with serving(target) as address, prometheus(tmp_path / "prometheus", address, f"{bare.url}/api/v1/write") as url:
        # 3 series of ours and 5 that Prometheus adds to a target.
        wait_until(lambda: counter(bare.url, "triage_points_accepted_total") >= 16, "samples of two scrapes")
        target.has_disk = False
        # A stale marker is a sample without a value.
        wait_until(lambda: counter(bare.url, "triage_points_ignored_total") >= 1, "a stale marker")
        wait_until(lambda: counter(url, "prometheus_remote_storage_metadata_total") >= 1, "metadata")
        assert counter(url, "prometheus_remote_storage_samples_failed_total") == 0
        assert counter(url, "prometheus_remote_storage_metadata_failed_total") == 0
        assert counter(url, "prometheus_remote_storage_samples_total") > 0


@pytest.mark.skipif(prometheus_version() < (2, 54), reason="no prometheus that sends remote write 2.0 is installed")
def test_samples_of_remote_write_2_are_taken_for_written(bare: Service, tmp_path: Path) -> None:
    target, message = Target(), "io.prometheus.write.v2.Request"
    with (
        serving(target) as address,
        prometheus(tmp_path / "prometheus", address, f"{bare.url}/api/v1/write", message) as url,
    ):
        wait_until(lambda: counter(bare.url, "triage_points_accepted_total") >= 16, "samples of two scrapes")
        wait_until(lambda: counter(url, "prometheus_remote_storage_samples_total") >= 16, "samples sent")
        # A receiver that says that nothing was written is taken for one of 1.0, and what it got for lost.
        assert counter(url, "prometheus_remote_storage_samples_failed_total") == 0


def counter(url: str, name: str) -> float:
    """Read the sum of a counter at ``/metrics``."""
    lines = httpx.get(f"{url}/metrics").text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.partition("{")[0].partition(" ")[0] == name)
