"""Which watcher is in force."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fakes import metric_batch

from triage.bootstrap.watching import LiveWatchers, to_budget, to_silences, to_zone
from triage.errors import BundleRefused, SettingsError
from triage.parts import Part
from triage.registry import Shelf
from triage.registry.live import LiveModels
from triage.watch.budget import Budget
from triage.watch.calendar import Silence
from triage.watch.points import Points
from triage.watch.watcher import Watcher

BUDGET = Budget.parse("1/day")


def fitted() -> Part:
    """A watcher that has seen something, under a threshold of its own."""
    watcher = Watcher(BUDGET, threshold=3.5)
    batch = metric_batch(*(("a", 60.0 * step, float(step % 7)) for step in range(50)))
    watcher.handle(Points(watcher.series_of(batch.entity, batch.metric)[batch.series], batch.time_ns, batch.value))
    return watcher.to_part()


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_without_a_model_it_is_a_fresh_one_under_the_default_budget(shelf: Shelf) -> None:
    watchers = LiveWatchers(LiveModels(shelf), BUDGET)
    origin, watcher = watchers.make()
    assert origin == watchers.origin
    assert watcher.to_part().document == Watcher(BUDGET).to_part().document
    assert origin != LiveWatchers(LiveModels(shelf), Budget.parse("2/day")).origin


def test_a_champion_is_in_force_as_it_was_fitted_every_time(shelf: Shelf) -> None:
    part = fitted()
    shelf.promote("estate", shelf.add("estate", {"watcher": part}, {"kind": "metrics"}))
    models = LiveModels(shelf)
    models.refresh()
    watchers = LiveWatchers(models, BUDGET)
    for _ in range(2):
        origin, watcher = watchers.make()
        assert origin == watchers.origin == "model estate 1"
        assert watcher.to_part().document == part.document
        assert watcher.to_part().arrays["series_numbers"].tobytes() == part.arrays["series_numbers"].tobytes()
        # What this one learns must not reach the next one.
        watcher.handle(Points(watcher.series_of(["a"], ["cpu"]), [10**12], [1e6]))  # type: ignore[arg-type]  # made arrays


def test_a_state_that_cannot_be_read_is_refused(shelf: Shelf) -> None:
    watchers = LiveWatchers(LiveModels(shelf), BUDGET)
    with pytest.raises(BundleRefused):
        watchers.restore(Part({}, {}))
    assert watchers.restore(fitted()).to_part().document == fitted().document


def test_a_budget_that_cannot_be_read_names_its_setting() -> None:
    assert to_budget("3/30d") == Budget.parse("3/30d")
    with pytest.raises(SettingsError, match="alert_budget"):
        to_budget("often")


def test_zone_and_silences_are_those_of_every_watcher(shelf: Shelf) -> None:
    silences = (Silence("a", 0, 10**9),)
    watchers = LiveWatchers(LiveModels(shelf), BUDGET, "Europe/Berlin", silences)
    made, restored = watchers.make()[1], watchers.restore(fitted())
    assert made.to_part().document["zone"] == "Europe/Berlin"
    assert watchers.origin != LiveWatchers(LiveModels(shelf), BUDGET).origin
    for watcher in (made, restored):
        assert isinstance(watcher, Watcher)
        assert watcher.silences == silences


def test_silences_are_read_from_a_file_and_stars_are_all_entities(tmp_path: Path) -> None:
    file = tmp_path / "silences.csv"
    file.write_text("entity,start,end\ndb,2026-07-01 10:00,2026-07-01 12:00\n*,2026-12-25,2026-12-26\n")
    window, holiday = to_silences(file, "Europe/Berlin")
    assert (window.entity, holiday.entity) == ("db", None)
    assert window.until_ns - window.from_ns == 2 * 3600 * 10**9
    assert window.from_ns == 1_782_892_800 * 10**9  # 08:00 UTC: summer time
    assert to_silences(None, "UTC") == ()


@pytest.mark.parametrize("text", ["entity,start,end\ndb,2026-07-01,\n", "entity,start,end\ndb,x,y\n", "name\ndb\n"])
def test_file_that_is_none_of_silences_is_refused_by_the_settings_name(tmp_path: Path, text: str) -> None:
    file = tmp_path / "silences.csv"
    file.write_text(text)
    with pytest.raises(SettingsError, match="silences cannot be used"):
        to_silences(file, "UTC")


def test_missing_file_of_silences_and_unknown_zone_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="silences cannot be used"):
        to_silences(tmp_path / "none.csv", "UTC")
    with pytest.raises(SettingsError, match="time_zone cannot be used"):
        to_zone("Mars/Phobos")
