from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
from tests.e2e.service import Service, environment

ROOT = Path(__file__).parents[2]
METRICS = ROOT / "data" / "sample" / "metrics.csv.gz"


def run(*words: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *map(str, words)]
    return subprocess.run(
        command, env=environment(home), cwd=home, capture_output=True, text=True, timeout=300, check=False
    )


def test_the_sample_s_metrics_replayed_raise_the_warnings_that_detect_raises_and_each_is_drawn_on_one_page(
    tmp_path: Path,
) -> None:
    with Service(tmp_path) as service:
        words = ("--metrics", METRICS, "--url", service.url, "--plots", tmp_path / "plots")
        done = run(ROOT / "pipelines" / "replay_metrics.py", *words, home=tmp_path)
    assert done.returncode == 0, done.stderr
    replayed = json.loads(done.stdout)
    assert replayed["accepted"] == replayed["values"] > 80_000
    detected = run("-m", "triage", "detect", METRICS, "--out", tmp_path / "out.csv", "--json", home=tmp_path)
    assert replayed["warnings"] == json.loads(detected.stdout)["warnings"] > 0
    alerts = pd.read_csv(tmp_path / "out.csv").query("alert == 1")
    names = {
        f"{row.entity}-{pd.Timestamp(str(row.timestamp)):%Y%m%dT%H%M%S}.png" for row in alerts.itertuples(index=False)
    }
    assert {file.name for file in (tmp_path / "plots").iterdir()} == names | {"index.html"}


def test_without_a_service_the_address_is_named(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("timestamp,value\n0,1\n", encoding="utf-8")
    step = ROOT / "pipelines" / "replay_metrics.py"
    done = run(step, "--metrics", tmp_path / "m.csv", "--url", "http://127.0.0.1:9", home=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "http://127.0.0.1:9" in done.stderr
    done = run(step, "--metrics", tmp_path / "m.csv", "--url", "file:///etc", home=tmp_path)
    assert done.returncode == 2
    assert "http://" in done.stderr
