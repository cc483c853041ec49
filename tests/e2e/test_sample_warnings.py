"""The sample estate through `triage detect`, as a newcomer runs it: a fresh watcher and the default budget."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from tests.e2e.service import environment

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
LONGEST_LEAD = pd.Timedelta(minutes=60)


@pytest.fixture(scope="module")
def alerts(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Rows of the answer with an alert, their timestamps read."""
    home = tmp_path_factory.mktemp("home")
    command = [sys.executable, "-m", "triage", "detect", str(SAMPLE / "metrics.csv.gz"), "--budget", "1/day"]
    subprocess.run([*command, "--out", "anom.csv"], env=environment(home), cwd=home, check=True, timeout=120)
    found = pd.read_csv(home / "anom.csv", parse_dates=["timestamp"])
    return found[found["alert"] == 1]


def test_at_least_half_of_the_foretold_faults_of_the_sample_are_warned_of_in_time(alerts: pd.DataFrame) -> None:
    faults = pd.read_csv(SAMPLE / "faults.csv")
    incidents = pd.read_csv(SAMPLE / "incidents.csv", parse_dates=["opened_at"]).set_index("id")
    foretold = incidents.loc[faults.loc[faults["has_precursor"], "incident"]]
    leads = [
        opened_at - alerts.loc[alerts["entity"] == entity, "timestamp"]
        for entity, opened_at in zip(foretold["entity"], foretold["opened_at"], strict=True)
    ]
    in_time = [bool(((lead >= pd.Timedelta(0)) & (lead <= LONGEST_LEAD)).any()) for lead in leads]
    assert len(in_time) == 13
    assert 2 * sum(in_time) >= len(in_time)


def test_alerts_on_the_sample_fit_the_budget_with_room_to_spare(alerts: pd.DataFrame) -> None:
    by_entity = alerts.sort_values("timestamp").groupby("entity")["timestamp"]
    # Five saved for a burst, and the one that comes due on the day: seven alerts span more than a day.
    assert (by_entity.diff(6).dropna() > pd.Timedelta(days=1)).all()
    # Of ten days of six entities.
    assert by_entity.size().max() <= 10
    assert len(alerts) <= 0.8 * 60
