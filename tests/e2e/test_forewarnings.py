"""Machines that wear out: learnt by the commands, then warned of by `detect` and by the service alike, to the bit."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pytest
from tests.cores import tickets_in
from tests.e2e.deliveries import configure, running_cores
from tests.e2e.service import Service, environment

STEPS, MACHINES, NEW = 120, 36, 8
BEGIN = pd.Timestamp("2026-09-01", tz="UTC")
PATIENCE_S = 30.0


@dataclass(frozen=True)
class Told:
    """What the command and the service said of the same points."""

    answers: pd.DataFrame
    warnings: Mapping[str, Mapping[str, Any]]
    delivered: Mapping[str, int]


def wearing(machines: int, name: str, begin: pd.Timestamp) -> pd.DataFrame:
    """Two metrics an hour of machines, the first of which climbs before the end."""
    climb = np.maximum(np.arange(STEPS) - (STEPS - 25), 0) * 0.3
    values = np.random.default_rng(machines).normal(size=(STEPS, machines, 2))
    values[:, :, 0] += climb[:, None]
    hours = begin + pd.to_timedelta(np.repeat(np.arange(STEPS), machines), unit="h")
    return pd.DataFrame(
        {
            "entity": np.tile([f"{name}{machine}" for machine in range(machines)], STEPS),
            "timestamp": hours.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "load": values[:, :, 0].ravel(),
            "noise": values[:, :, 1].ravel(),
        }
    )


def run(home: Path, *words: str) -> None:
    command = [sys.executable, "-m", "triage", *words]
    subprocess.run(command, env=environment(home), cwd=home, check=True, capture_output=True, timeout=120)


def columns_of(frame: pd.DataFrame) -> dict[str, list[object]]:
    long = frame.melt(["entity", "timestamp"], ["load", "noise"], "metric", "value", ignore_index=False)
    long = long.sort_index(kind="stable")
    return {name: long[name].tolist() for name in ("entity", "metric", "timestamp", "value")}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    home = tmp_path_factory.mktemp("wearing")
    past = wearing(MACHINES, "old", BEGIN)
    past.to_csv(home / "past.csv", index=False)
    ends = past.groupby("entity", sort=False)["timestamp"].last().rename("opened_at").reset_index()
    ends.to_csv(home / "ends.csv", index=False)
    new = wearing(NEW, "new", BEGIN + pd.Timedelta(hours=STEPS))
    new.to_csv(home / "new.csv", index=False)
    learn = ("--incidents", "ends.csv", "--horizon", "15h", "--budget", "1/2d", "--name", "machines")
    run(home, "train", "metrics", "past.csv", *learn)
    run(home, "detect", "new.csv", "--model", "machines", "--out", "answers.csv", "--plots", "pictures")
    with running_cores(home) as (cores, cores_file):
        configure(home, cores)
        with (home / "triage.toml").open("a", encoding="utf-8") as toml:
            toml.write("[grouping]\nenabled = false\n")  # all wear out at the same time: one problem otherwise
        warnings = _sent(home, new, cores_file)
        yield Told(pd.read_csv(home / "answers.csv"), warnings, tickets_in(cores_file)[0]["pager"])


def _sent(home: Path, new: pd.DataFrame, cores_file: Path) -> dict[str, Mapping[str, Any]]:
    """Send the points in uneven batches, with a kill in the middle; return what is known of the warnings then."""
    edges = [0, 100, 333, 480, 700, len(new)]
    parts = [columns_of(new.iloc[begin:end]) for begin, end in pairwise(edges)]
    with Service(home) as service:
        for part in parts[:3]:
            assert httpx.post(f"{service.url}/v1/metrics", json=part, timeout=60).status_code == 200
        service.kill()
    with Service(home) as service:
        for part in parts[3:]:
            assert httpx.post(f"{service.url}/v1/metrics", json=part, timeout=60).status_code == 200
        page = httpx.get(f"{service.url}/v1/warnings", params={"limit": 200}).json()["items"]
        found = {one["id"]: httpx.get(f"{service.url}/v1/warnings/{one['id']}").json() for one in page}
        end = time.monotonic() + PATIENCE_S
        while len(tickets_in(cores_file)[0]["pager"]) < len(found) and time.monotonic() < end:
            time.sleep(0.2)
        return found


def test_service_gives_the_probabilities_and_warnings_of_detect_to_the_bit(told: Told) -> None:
    alerts = told.answers[told.answers["alert"] == 1]
    by_file = dict(zip(zip(alerts["entity"], alerts["timestamp"], strict=True), alerts["probability"], strict=True))
    by_service = {(one["entity"], one["opened_at"]): one["forecast"]["probability"] for one in told.warnings.values()}
    assert len(by_file) >= NEW // 2
    assert by_service == by_file


def test_warning_says_how_likely_an_incident_is_by_when(told: Told) -> None:
    for warning in told.warnings.values():
        forecast = warning["forecast"]
        shares = [span["probability"] for span in forecast["within"]]
        assert [span["seconds"] for span in forecast["within"]] == [13_500.0, 27_000.0, 54_000.0]
        assert shares == sorted(shares)
        assert 0.0 < forecast["earliest_s"] < forecast["expected_s"] < forecast["latest_s"] <= 54_000.0


def test_warning_is_triaged_and_delivered_like_any_incident(told: Told) -> None:
    assert all(one["triage"]["source"] == "triage.watch" for one in told.warnings.values())
    titles = {f"Early warning on {one['entity']}: {one['why']}" for one in told.warnings.values()}
    assert set(told.delivered) == titles
    assert set(told.delivered.values()) == {1}
