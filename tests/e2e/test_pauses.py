"""Transient alerts of a monitor, over HTTP to real cores, and through a kill while one waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.cores import tickets_in
from tests.e2e.deliveries import configure, new_database_url, running_cores
from tests.e2e.service import Service

from triage.decide.grouping import GroupingRules
from triage.domain import Triage
from triage.flow import Entry
from triage.intake import to_alert_group
from triage.store import SqlJournal

_PATIENCE_S = 60.0
# Of letters, as numbers are masked: what was usually over after ten minutes, and what after three seconds.
_LONG, _SHORT = "Blip", "Flap"
_LASTED = {_LONG: 590.0, _SHORT: 3.0}


def notification(
    name: str, status: str = "firing", number: int = 0, host: str = "web-1", severity: str = "warning"
) -> dict[str, Any]:
    alert = {
        "status": status,
        "labels": {"alertname": name, "instance": host, "severity": severity},
        "startsAt": (datetime(2026, 11, 23, 10, tzinfo=UTC) + timedelta(days=number)).isoformat(),
        "fingerprint": f"{name}{host}",
    }
    return {"version": "4", "alerts": [alert]}


def live_through(database_url: str) -> None:
    """Keep two weeks in which every alert was over by itself."""
    with SqlJournal.open(database_url, grouping=GroupingRules()) as journal:
        for number in range(15):
            for name, lasted_s in _LASTED.items():
                began_at = datetime.now(UTC) - timedelta(days=15 - number)
                for status, at in (("firing", began_at), ("resolved", began_at + timedelta(seconds=lasted_s))):
                    said = to_alert_group(notification(name, status, number - 20), at)
                    entries = [Entry(one, Triage(one.incident.id, one.incident.source)) for one in said.received]
                    asyncio.run(journal.record(entries))


def post(service: Service, name: str, status: str = "firing", **more: Any) -> dict[str, Any]:
    answer = httpx.post(f"{service.url}/v1/alertmanager", json=notification(name, status, **more), timeout=30)
    [item] = answer.raise_for_status().json()["items"]
    group: dict[str, Any] = item["group"]
    return group


def wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE_S
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_waits_is_told_or_spared_whatever_kills_the_service_meanwhile(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    database_url = new_database_url(kind, request, "postgres") or f"sqlite:///{tmp_path / 'triage.db'}"
    live_through(database_url)
    with running_cores(tmp_path) as (cores, file):
        configure(tmp_path, cores, database_url)
        with (tmp_path / "triage.toml").open("a", encoding="utf-8") as settings:
            settings.write('[grouping]\npause = "act"\n')
        with Service(tmp_path) as service:
            long, short = post(service, _LONG), post(service, _SHORT, host="web-2")
            assert [group["members"][0]["pause"]["state"] for group in (long, short)] == ["paused", "paused"]
            assert long["members"][0]["pause"]["evidence"] == {"level": "fingerprint", "alerts": 15, "outlasted": 0}
            service.kill()
        with Service(tmp_path) as service:
            # Nobody has said that it is over.
            wait_until(lambda: all(tickets_in(file)[0].get(core) == {_SHORT: 1} for core in ("pager", "desk")))
            post(service, _LONG, "resolved")
            spared = httpx.get(f"{service.url}/v1/groups/{long['id']}").raise_for_status().json()
            assert (spared["state"], spared["members"][0]["pause"]["state"]) == ("resolved", "spared")
            # Whatever was left to be sent of it would be sent before this.
            post(service, "Outage", host="web-3", severity="critical")
            wait_until(lambda: all("Outage" in tickets_in(file)[0][core] for core in ("pager", "desk")))
            service.interrupt()
        tickets, calls = tickets_in(file)
    assert tickets == {core: {_SHORT: 1, "Outage": 1} for core in ("pager", "desk")}
    assert "resolve" not in calls


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_a_condition_holds_is_told_once_enough_have_come_whatever_kills_the_service_meanwhile(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    database_url = new_database_url(kind, request, "postgres") or f"sqlite:///{tmp_path / 'triage.db'}"
    with running_cores(tmp_path) as (cores, file):
        configure(tmp_path, cores, database_url)
        with (tmp_path / "triage.toml").open("a", encoding="utf-8") as settings:
            settings.write('[[grouping.conditions]]\nmatch = {alertname = "Flap"}\nn = 2\nwithin_s = 3600\n')
        with Service(tmp_path) as service:
            [held] = post(service, _SHORT)["members"]
            assert held["pause"]["evidence"] == {"level": "condition", "alerts": 1, "needed": 2}
            service.kill()
        with Service(tmp_path) as service:
            # Whatever was left to be sent would be sent before this.
            post(service, "Outage", host="web-3", severity="critical")
            wait_until(lambda: all("Outage" in tickets_in(file)[0].get(core, {}) for core in ("pager", "desk")))
            assert all(_SHORT not in tickets_in(file)[0][core] for core in ("pager", "desk"))
            told = post(service, _SHORT, number=1)["members"]
            assert [member["pause"]["state"] for member in told] == ["ended", "ended"]
            wait_until(lambda: all(_SHORT in tickets_in(file)[0][core] for core in ("pager", "desk")))
            service.interrupt()
        tickets, _ = tickets_in(file)
    assert tickets == {core: {_SHORT: 1, "Outage": 1} for core in ("pager", "desk")}
