"""What was accepted a moment ago is an earlier incident to the next one: a real server, database and model."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import httpx
import pytest
from tests.histories import as_inputs, constructed_history, fitted_model
from tests.live_service import running

from triage.decide.documents import to_part
from triage.decide.policy import Policy, TargetPolicy
from triage.domain import EarlyWarning
from triage.flow import warning_received
from triage.learn.duplicates import DuplicateRule
from triage.learn.precedents import Precedents
from triage.parts import Parts
from triage.registry import Shelf
from triage.settings import Settings
from triage.training.precedents import gather_precedents

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
# Another one of the constructed history holds none of these words.
TEXT = "turnstile of the canteen blocks every third visitor"


@cache
def parts() -> Parts:
    model = fitted_model()
    history = constructed_history()
    gathered = gather_precedents(history, as_inputs(history), with_rule=False)
    precedents = Precedents(gathered.index, gathered.endings, DuplicateRule("close in time", -0.2, 2.0, 200))
    policy = Policy({head.target: TargetPolicy(0.95, None, None) for head in model.heads})
    return {"served": model.to_part(), "policy": to_part(policy), "precedents": precedents.to_part()}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path)
    shelf = Shelf(settings.models_dir)
    shelf.promote("desk", shelf.add("desk", parts(), {}))
    return settings


def post(client: httpx.Client, id_: str, text: str, minute: int, query: str = "", **labels: str) -> dict[str, object]:
    opened_at = (NOON + timedelta(minutes=minute)).isoformat()
    body = {"id": id_, "source": "desk", "opened_at": opened_at, "title": text, **labels}
    answer = client.post(f"/v1/incidents{query}", json=body)
    assert answer.is_success, answer.text
    return dict(answer.json())


def names(answer: dict[str, object]) -> tuple[list[str], str | None]:
    precedents, duplicate = answer["precedents"], answer["duplicate"]
    assert isinstance(precedents, list)
    assert duplicate is None or isinstance(duplicate, dict)
    return [each["id"] for each in precedents], None if duplicate is None else duplicate["id"]


def test_an_accepted_incident_is_precedent_and_duplicate_of_the_next_also_after_a_restart(settings: Settings) -> None:
    with running(settings) as (client, _):
        assert "INC-A" not in names(post(client, "INC-A", TEXT, 0))[0]
        again = post(client, "INC-B", f"{TEXT} again", 5)
        found, duplicate = names(again)
        assert (found[0], duplicate) == ("INC-A", "INC-A")
        precedents = again["precedents"]
        assert isinstance(precedents, list)
        first = precedents[0]
        assert first["opened_at"].startswith("2026-06-01T12:00:00")
        assert (first["labels"], first["fix"], first["hours"]) == ({}, "", None)
    with running(settings) as (client, _):
        assert names(post(client, "INC-C", f"{TEXT} still", 10))[1] in {"INC-A", "INC-B"}


def test_how_an_incident_ended_is_shown_with_it_also_after_a_restart(settings: Settings) -> None:
    def shown(client: httpx.Client, query: str = "?dry_run=true") -> tuple[object, ...]:
        answer = post(client, "ASK", f"{TEXT} again", 120, query)
        precedents = answer["precedents"]
        assert isinstance(precedents, list)
        first = precedents[0]
        return first["id"], first["labels"], first["fix"], first["hours"], answer["suggested_fix"] is not None

    at = [(NOON + timedelta(minutes=minute)).isoformat() for minute in (30, 60, 90)]
    target = fitted_model().heads[0].target
    with running(settings) as (client, _):
        post(client, "INC-A", TEXT, 0)
        for body in (
            {"labels": {target: "access"}, "known_at": at[0]},
            {"resolution": "Gate oiled by anna@example.org.", "resolved_at": at[1], "known_at": at[1]},
            {"labels": {target: "network"}, "known_at": at[2], "by": "ada"},
        ):
            assert client.post("/v1/outcomes", json={"id": "INC-A", **body}).is_success
        ended = ("INC-A", {target: "network"}, "Gate oiled by xxmail.", 1.0, True)
        assert shown(client) == shown(client, "?dry_run=true&resolved=true") == ended
        # Who came before it was known is not told.
        early = post(client, "EARLY", TEXT, 20, "?dry_run=true")["precedents"]
        assert isinstance(early, list)
        assert (early[0]["id"], early[0]["fix"], early[0]["hours"]) == ("INC-A", "", None)
    with running(settings) as (client, _):
        assert shown(client) == ended


def test_dry_runs_and_restricted_incidents_are_not_found_and_updates_take_the_old_place(settings: Settings) -> None:
    with running(settings) as (client, _):
        post(client, "DRY", TEXT, 0, "?dry_run=true")
        post(client, "SECRET", TEXT, 1, confidential="yes")
        assert names(post(client, "ASK", TEXT, 2, "?dry_run=true")) == ([], None)
        post(client, "INC-A", TEXT, 3)
        post(client, "INC-A", "printer jam", 3)
        assert "INC-A" not in names(post(client, "ASK", TEXT, 4, "?dry_run=true"))[0]
        assert "INC-A" in names(post(client, "ASK", "printer jam", 4, "?dry_run=true&precedents=20"))[0]


def test_a_champion_that_comes_into_force_remembers_what_came_in_before(settings: Settings) -> None:
    with running(settings) as (client, live):
        post(client, "INC-A", TEXT, 0)
        shelf = Shelf(settings.models_dir)
        shelf.promote("desk", shelf.add("desk", parts(), {}))
        assert live.models.refresh()
        assert names(post(client, "INC-B", TEXT, 5))[0][0] == "INC-A"


def test_warnings_are_found_and_nothing_is_if_it_is_switched_off(settings: Settings) -> None:
    warning = EarlyWarning("w1", "turnstile-7", NOON, None, 0.99, (), "queue is unusual.")
    for most, expected in ((100, ["w1"]), (0, [])):
        with running(settings.model_copy(update={"precedents_tail": most})) as (client, live):
            asyncio.run(live.flow.accept([warning_received(warning, NOON)]))
            sentence = "Early warning on turnstile-7: queue is unusual."
            assert names(post(client, "ASK", sentence, 5, "?dry_run=true&precedents=1"))[0] == expected
