from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from tests.histories import as_inputs, constructed_history, fitted_model

from triage.decide.documents import to_part
from triage.decide.policy import Policy, TargetPolicy
from triage.domain import Incident, IncidentEnd, ModelRef, OutcomeValue
from triage.errors import NotFound, StoreUnavailable
from triage.parts import Part, Parts
from triage.registry import Shelf
from triage.registry.live import LiveModels, require_champions
from triage.training.precedents import gather_precedents
from triage.watch.budget import Budget
from triage.watch.watcher import Watcher

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TICKET = Incident("1", "desk", NOON, labels={"text": "printer jam"})


@pytest.fixture(scope="module")
def parts() -> Parts:
    model = fitted_model()
    policy = Policy({head.target: TargetPolicy(0.95, None, None) for head in model.heads})
    return {"served": model.to_part(), "policy": to_part(policy)}


@pytest.fixture
def shelf(tmp_path: Path, parts: Parts) -> Shelf:
    """A shelf with the champion `desk` version 1."""
    shelf = Shelf(tmp_path)
    shelf.promote("desk", shelf.add("desk", parts, {}))
    return shelf


def damage(shelf: Shelf, version: str) -> None:
    (shelf.folder("desk", version) / "model.pkl").write_bytes(b"\x80\x04N.")


def versions_answering(models: LiveModels) -> set[str]:
    (answer,) = models.engine.handle_many([TICKET], NOON)
    return {prediction.model.version for prediction in answer.predictions}


def test_nothing_on_the_shelf_is_answered_as_degraded(tmp_path: Path) -> None:
    models = LiveModels(Shelf(tmp_path))
    models.refresh()
    (answer,) = models.engine.handle_many([TICKET], NOON)
    assert answer.predictions == ()
    assert "No model" in answer.degraded


def test_a_promoted_version_answers_from_the_next_refresh_on(shelf: Shelf, parts: Parts) -> None:
    models = LiveModels(shelf)
    assert models.refresh()
    assert versions_answering(models) == {"1"}
    shelf.promote("desk", shelf.add("desk", parts, {}))
    assert versions_answering(models) == {"1"}
    assert models.refresh()
    assert versions_answering(models) == {"2"}
    assert not models.refresh()


def test_promises_are_those_of_the_versions_in_force(shelf: Shelf) -> None:
    models = LiveModels(shelf)
    assert models.promises() == {}
    models.refresh()
    targets = [head.target for head in fitted_model().heads]
    assert models.promises() == {(ModelRef("desk", "1"), target): 0.95 for target in targets}


def test_a_refused_champion_leaves_the_model_in_force_and_says_why(shelf: Shelf, parts: Parts) -> None:
    models = LiveModels(shelf)
    models.refresh()
    shelf.promote("desk", shelf.add("desk", parts, {}))
    damage(shelf, "2")
    models.refresh()
    assert versions_answering(models) == {"1"}
    (served,) = models.served()
    assert served.version == "1"
    assert "model.pkl" in served.refused


def test_at_the_start_the_newest_former_champion_that_verifies_answers(shelf: Shelf, parts: Parts) -> None:
    shelf.promote("desk", shelf.add("desk", parts, {}))
    damage(shelf, "2")
    models = LiveModels(shelf)
    models.refresh()
    assert versions_answering(models) == {"1"}
    assert "model.pkl" in models.served()[0].refused


def test_a_model_of_which_no_version_verifies_degrades_the_answer(shelf: Shelf) -> None:
    damage(shelf, "1")
    models = LiveModels(shelf)
    models.refresh()
    (answer,) = models.engine.handle_many([TICKET], NOON)
    assert answer.predictions == ()
    assert "desk" in answer.degraded
    assert models.served()[0].version == ""


def test_a_new_model_is_found_unless_names_were_given(shelf: Shelf, parts: Parts) -> None:
    every, named = LiveModels(shelf), LiveModels(shelf, ["desk"])
    for models in (every, named):
        models.refresh()
    shelf.promote("other", shelf.add("other", parts, {}))
    assert every.refresh()
    assert not named.refresh()
    assert [each.name for each in every.served()] == ["desk", "other"]


def test_a_named_model_without_a_champion_is_refused_by_name(shelf: Shelf) -> None:
    require_champions(shelf, ["desk"])
    with pytest.raises(NotFound, match="nobody"):
        require_champions(shelf, ["desk", "nobody"])


def watcher_parts(threshold: float) -> Parts:
    return {"watcher": Watcher(Budget.parse("1/day"), threshold).to_part()}


def test_a_model_of_metrics_watches_and_labels_nothing(shelf: Shelf) -> None:
    shelf.promote("estate", shelf.add("estate", watcher_parts(3.0), {"kind": "metrics"}))
    models = LiveModels(shelf)
    models.refresh()
    assert models.watcher is not None
    assert (models.watcher.ref.name, models.watcher.ref.version) == ("estate", "1")
    assert versions_answering(models) == {"1"}
    assert [each.name for each in models.engine.models] == ["desk"]
    assert [(each.name, each.targets) for each in models.served()][1] == ("estate", ())


def test_of_several_models_of_metrics_the_first_by_name_watches(shelf: Shelf) -> None:
    for name in ("zoo", "estate"):
        shelf.promote(name, shelf.add(name, watcher_parts(3.0), {"kind": "metrics"}))
    models = LiveModels(shelf)
    models.refresh()
    assert models.watcher is not None
    assert models.watcher.ref.name == "estate"


@pytest.mark.parametrize("parts", [{"served": Part({}, {})}, {"watcher": Part({}, {"alerts": 1})}])
def test_a_verified_bundle_that_holds_no_watcher_is_refused_and_the_one_before_watches(
    shelf: Shelf, parts: Parts
) -> None:
    shelf.promote("estate", shelf.add("estate", watcher_parts(3.0), {"kind": "metrics"}))
    models = LiveModels(shelf)
    models.refresh()
    shelf.promote("estate", shelf.add("estate", parts, {"kind": "metrics"}))
    models.refresh()
    assert models.watcher is not None
    assert models.watcher.ref.version == "1"
    assert "does not hold a watcher" in models.served()[-1].refused


def test_targets_that_two_champions_share_are_told_with_the_model_that_answers(shelf: Shelf, parts: Parts) -> None:
    shelf.promote("attic", shelf.add("attic", parts, {}))
    with capture_logs() as logs:
        LiveModels(shelf).refresh()
    told = [entry for entry in logs if entry["event"] == "targets_shared"]
    assert {entry["target"] for entry in told} == {head.target for head in fitted_model().heads}
    assert {(entry["answers"], *entry["do_not_answer"]) for entry in told} == {("attic", "desk")}


class Told:
    """Incidents as a journal would give them; of the second reading on, another one has come in meanwhile."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []
        self.is_open = True

    def newest(self, most: int, after: int = 0) -> tuple[list[Incident], int]:
        if not self.is_open:
            raise StoreUnavailable("The database cannot be read.")
        self.asked.append((most, after))
        place = 7 if len(self.asked) == 1 else 8
        return [replace(TICKET, id=str(place), labels={"title": f"turnstile {place}"})], place

    def ends(self, most: int) -> list[IncidentEnd]:
        if not self.is_open:
            raise StoreUnavailable("The database cannot be read.")
        assert most == 50
        fix = OutcomeValue("resolution", "oiled", NOON - timedelta(minutes=1))
        return [IncidentEnd(replace(TICKET, id="7", labels={"title": "turnstile 7"}), (fix,))]


def with_precedents(parts: Parts) -> Parts:
    history = constructed_history()
    return {**parts, "precedents": gather_precedents(history, as_inputs(history)).to_part()}


def precedents_of(models: LiveModels) -> set[str]:
    asking = replace(TICKET, id="new", labels={"title": "turnstile"})
    return {each.id for each in models.engine.handle(asking, NOON).precedents}


def test_a_model_remembers_what_came_in_before_it_and_while_it_was_loaded(shelf: Shelf, parts: Parts) -> None:
    shelf.promote("desk", shelf.add("desk", with_precedents(parts), {}))
    told = Told()
    models = LiveModels(shelf, memory=told, most_recent=50)
    models.refresh()
    assert told.asked == [(50, 0), (50, 7)]
    assert precedents_of(models) == {"7", "8"}
    asking = replace(TICKET, id="new", labels={"title": "turnstile 7"})
    assert models.engine.handle(asking, NOON).precedents[0].fix == "oiled"
    # Another model changes nothing of what this one knows.
    shelf.promote("zoo", shelf.add("zoo", parts, {}))
    models.refresh()
    assert len(told.asked) == 2
    assert precedents_of(models) == {"7", "8"}


def test_a_database_that_cannot_be_read_does_not_keep_a_model_from_answering(shelf: Shelf, parts: Parts) -> None:
    shelf.promote("desk", shelf.add("desk", with_precedents(parts), {}))
    told = Told()
    told.is_open = False
    models = LiveModels(shelf, memory=told, most_recent=50)
    with capture_logs() as logs:
        models.refresh()
    assert {"incidents_not_remembered", "ends_not_remembered"} <= {entry["event"] for entry in logs}
    assert versions_answering(models) == {"2"}
