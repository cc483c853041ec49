from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from tests.e2e.service import Service, environment

TICKET = {"id": "1", "source": "desk", "short_description": "vpn does not connect"}


def flip_a_bit(bundle: Path) -> None:
    served = bundle / "served.npz"
    data = bytearray(served.read_bytes())
    data[len(data) // 2] ^= 1
    served.write_bytes(data)


def add_a_pickle(bundle: Path) -> None:
    (bundle / "model.pkl").write_bytes(b"\x80\x04N.")


def triage(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "triage", *words]
    return subprocess.run(
        command, env=environment(home), cwd=home, capture_output=True, text=True, timeout=120, check=False
    )


def second_version(home: Path) -> Path:
    """Train a second version, quickly, and return its folder; it becomes the champion."""
    sample = Path(__file__).parents[2] / "data" / "sample" / "tickets.csv"
    done = triage(
        home, "train", "incidents", str(sample), "--target", "category", "--name", "sample", "--effort", "quick"
    )
    assert done.returncode in (0, 3), done.stderr
    return home / "models" / "sample" / "versions" / "2"


@pytest.mark.parametrize("damage", [flip_a_bit, add_a_pickle])
def test_a_damaged_champion_is_refused_and_the_one_before_serves(home: Path, damage: object) -> None:
    bundle = second_version(home)
    triage(home, "models", "promote", "sample", "2")
    assert callable(damage)
    damage(bundle)
    verified = triage(home, "models", "verify", "sample")
    assert verified.returncode == 2
    with Service(home) as service:
        (model,) = httpx.get(f"{service.url}/v1/models").json()["items"]
        assert model["version"] == "1"
        assert "version 2" in model["refused"] or "versions/2" in model["refused"]
        answer = httpx.post(f"{service.url}/v1/incidents?dry_run=true", json=TICKET).json()
        assert answer["predictions"]["category"]["model"] == {"name": "sample", "version": "1"}


def test_a_running_service_keeps_its_model_when_a_damaged_one_is_put_in_force(home: Path) -> None:
    bundle = second_version(home)
    triage(home, "models", "promote", "sample", "2")
    pointer = (home / "models" / "sample" / "champion").read_bytes()
    triage(home, "models", "promote", "sample", "1")
    flip_a_bit(bundle)
    with Service(home) as service:
        swapped = home / "champion.new"
        swapped.write_bytes(pointer)
        shutil.move(swapped, home / "models" / "sample" / "champion")
        model = _wait_for_refusal(service)
        assert model["version"] == "1"
        answer = httpx.post(f"{service.url}/v1/incidents", json=TICKET).json()
        assert answer["predictions"]["category"]["model"] == {"name": "sample", "version": "1"}


def _wait_for_refusal(service: Service) -> dict[str, str]:
    begin = time.monotonic()
    while time.monotonic() - begin < 30:
        (model,) = httpx.get(f"{service.url}/v1/models").json()["items"]
        if model["refused"]:
            return dict(model)
        time.sleep(0.1)
    raise AssertionError("the service did not notice the new champion")
