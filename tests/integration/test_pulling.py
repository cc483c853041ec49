"""``triage datasets pull`` as a person runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.e2e.service import environment
from tests.loopback import serving
from tests.trackers import FakeServiceNow, audit, incident


def run(home: Path, secret: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "triage", "datasets", "pull", *words]
    own = {**environment(home), "DESK_SECRET": secret}
    return subprocess.run(command, env=own, cwd=home, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("secret", "code", "told"), [("s3cret", 0, "2 tickets with 3 rows"), ("old", 2, "refuses the cred")]
)
def test_history_is_brought_or_what_is_wrong_is_said(tmp_path: Path, secret: str, code: int, told: str) -> None:
    tracker = FakeServiceNow()
    tracker.tables["incident"] = [incident(number, "2024-11-25 10:00:00") for number in (1, 2)]
    tracker.tables["sys_audit"] = [audit(1, 1, "urgency", "3", "1")]
    with serving(tracker.app()) as port:
        table = f'kind = "servicenow"\nurl = "http://127.0.0.1:{port}"\nuser = "user"\nsecret_env = "DESK_SECRET"\n'
        (tmp_path / "triage.toml").write_text(f"[trackers.desk]\n{table}", encoding="utf-8")
        words = ["servicenow", "--out", "history.csv", "--since", "2024-11-01", "--json"]
        ended = run(tmp_path, secret, *words)
    assert ended.returncode == code, ended.stderr
    assert told in ended.stderr
    assert secret not in ended.stderr
    assert (tmp_path / "history.csv").is_file() is (code == 0)
    if code == 0:
        assert json.loads(ended.stdout) == {"tickets": 2, "rows": 3, "out": "history.csv"}
