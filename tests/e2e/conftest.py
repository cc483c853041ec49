"""A trained home and a running service, as a user has them: through the command line, in processes of their own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.service import Service, environment

SAMPLE = Path(__file__).parents[2] / "data" / "sample" / "tickets.csv"
TARGETS = "category,assignment_group,impact,urgency"


@pytest.fixture(scope="session")
def trained_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the sample was learnt; copy it before changing anything."""
    home = tmp_path_factory.mktemp("trained")
    command = [sys.executable, "-m", "triage", "train", "incidents", str(SAMPLE), "--target", TARGETS]
    subprocess.run(
        [*command, "--name", "sample", "--effort", "quick"], env=environment(home), cwd=home, check=True, timeout=300
    )
    return home


@pytest.fixture
def home(trained_home: Path, tmp_path: Path) -> Path:
    """A home of the test's own, with the sample learnt."""
    shutil.copytree(trained_home / "models", tmp_path / "models")
    return tmp_path


@pytest.fixture
def service(home: Path) -> Iterator[Service]:
    """A running service over a home of its own."""
    with Service(home) as running:
        yield running
