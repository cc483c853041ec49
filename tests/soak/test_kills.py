from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.e2e.conftest import SAMPLE
from tests.e2e.kills import post_and_kill
from tests.e2e.service import environment

# A tenth of it (SOAK_KILLS=1) runs in CI; the numbers are those of ten nights of a busy desk.
KILLS = int(os.environ.get("SOAK_KILLS", "10"))
POSTS = 5000


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("soak")
    command = [sys.executable, "-m", "triage", "train", "incidents", str(SAMPLE), "--target", "category"]
    subprocess.run(
        [*command, "--name", "sample", "--effort", "quick"],
        env=environment(folder),
        cwd=folder,
        check=True,
        timeout=300,
    )
    return folder


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kill", range(KILLS))
def test_kills_at_random_moments_lose_nothing(home: Path, tmp_path: Path, kill: int) -> None:
    shutil.copytree(home / "models", tmp_path / "models")
    kill_after = random.Random(kill).randrange(1, POSTS)
    outcome = post_and_kill(tmp_path, posts=POSTS, clients=16, kill_after=kill_after)
    assert len(outcome.acknowledged) >= kill_after
    assert outcome.missing == []
    assert outcome.differing == []
