"""A deploy before metrics go wrong is a suspect of the warning: a real server and database, also after a restart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from tests.live_service import running

from triage.settings import Settings

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def send_deploy(client: httpx.Client, at: datetime) -> None:
    detail = {"summary": "Deploy of shop 1.2", "source": "web-1", "timestamp": at.isoformat()}
    assert client.post("/v2/change/enqueue", json={"routing_key": "K" * 32, "payload": detail}).status_code == 202


def send_load(client: httpx.Client, minutes: range, level: float) -> dict[str, Any]:
    dice = np.random.default_rng(minutes.start)
    answer = client.post(
        "/v1/metrics",
        json={
            "entity": ["web-1"] * len(minutes),
            "metric": ["cpu"] * len(minutes),
            "timestamp": [(NOON + timedelta(minutes=minute)).isoformat() for minute in minutes],
            "value": list(dice.normal(level, 1.0, len(minutes))),
        },
    )
    assert answer.is_success, answer.text
    return dict(answer.json())


def test_a_deploy_before_a_shift_is_a_suspect_of_the_warning_also_after_a_restart(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, alert_budget="24/day")
    with running(settings) as (client, _):
        assert "suspects" not in send_load(client, range(2000), 40.0)
        send_deploy(client, NOON + timedelta(minutes=1998))
        answer = send_load(client, range(2000, 2030), 90.0)
        [warning_id] = answer["warnings"]
        [suspect] = answer["suspects"][warning_id]
        assert (suspect["summary"], suspect["entity"], suspect["steps"]) == ("Deploy of shop 1.2", "web-1", 0)
        assert 120.0 <= suspect["before_s"] <= 1800.0
        assert client.get(f"/v1/warnings/{warning_id}").json()["suspects"] == [suspect]
    with running(settings) as (client, _):
        [warning] = [each for each in client.get("/v1/warnings").json()["items"] if each["id"] == warning_id]
        assert warning["suspects"] == [suspect]
        incident = client.get(f"/v1/incidents/{warning_id}").json()
        assert incident["suspects"] == [suspect]


def test_an_incident_of_a_service_that_was_just_deployed_is_answered_with_the_deploy(tmp_path: Path) -> None:
    with running(Settings(home=tmp_path)) as (client, _):
        now = datetime.now(UTC)
        alert = {"id": "1", "source": "monitor", "title": "slow", "host": "web-1:9100", "opened_at": now.isoformat()}
        assert "suspects" not in client.post("/v1/incidents", json=alert).json()
        send_deploy(client, now - timedelta(minutes=2))
        for path in ("/v1/incidents?dry_run=true", "/v1/incidents"):
            answer = client.post(path, json={**alert, "id": "2"}).json()
            assert [(one["summary"], one["before_s"]) for one in answer["suspects"]] == [("Deploy of shop 1.2", 120.0)]
        assert client.get("/v1/incidents/2").json()["suspects"] == answer["suspects"]
