"""A promise that people show to be broken is withdrawn, and stays so: a real server, databases and model."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from tests.histories import fitted_model
from tests.live_service import running

from triage.decide.documents import to_part
from triage.decide.policy import Policy, TargetPolicy
from triage.decide.promise import Threshold
from triage.registry import Shelf
from triage.settings import Settings

ALWAYS = TargetPolicy(0.95, Threshold(0.0, 153, 150, 0.951), None)


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path, audit_share=0.1)
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").new_database()
        settings = settings.model_copy(update={"database_url": url})
    promote(settings)
    return settings


def promote(settings: Settings) -> None:
    model = fitted_model()
    policy = Policy({head.target: ALWAYS for head in model.heads})
    shelf = Shelf(settings.models_dir)
    shelf.promote("desk", shelf.add("desk", {"served": model.to_part(), "policy": to_part(policy)}, {}))


def post(client: httpx.Client, number: int) -> dict[str, str]:
    answer = client.post("/v1/incidents", json={"id": f"INC{number}", "source": "desk", "title": "vpn router gateway"})
    assert answer.status_code == 201, answer.text
    topic: dict[str, str] = answer.json()["predictions"]["topic"]
    return topic


def test_withdrawn_label_stays_so_after_a_restart_until_another_version_is_promoted(settings: Settings) -> None:
    with running(settings) as (client, _):
        before = {number: post(client, number) for number in range(40)}
        assert {topic["held"] for topic in before.values()} == {"", "audit"}
        for number in range(15):
            verdict = {"id": f"INC{number}", "target": "topic", "label": "printing", "by": "ada"}
            assert client.post("/v1/feedback", json=verdict).status_code == 201
        after = post(client, 40)
        assert (after["decision"], after["held"]) == ("suggest", "withdrawn")
        assert after["why"].startswith("withdrawn: of ")
    with running(settings) as (client, _):
        assert post(client, 41)["held"] == "withdrawn"
        assert {one["target"] for one in client.get("/v1/models/desk").json()["withdrawn"]} == {"topic"}
    promote(settings)
    with running(settings) as (client, _):
        assert {post(client, number)["held"] for number in range(42, 60)} == {"", "audit"}
        assert client.get("/v1/models/desk").json()["withdrawn"] == []
