from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.training.wearing import HOUR_NS, failures, wide_history

from triage.errors import BundleRefused
from triage.foresight.forewarning import Forewarner, load_kernels, watcher_of
from triage.measure.warnings import Window
from triage.parts import Part
from triage.training.foresight_fitting import fit_forewarner
from triage.training.watching import to_points
from triage.watch.budget import Budget
from triage.watch.calendar import Silence
from triage.watch.points import Points, Watched
from triage.watch.watcher import Watcher

STEPS, WINDOW, BUDGET = 120, Window(15 * HOUR_NS), Budget.parse("1/40steps", HOUR_NS)
# Where the model has a threshold its own warnings are given, else the watcher's.
THRESHOLDS = (0.3, None)


@pytest.fixture(scope="module")
def part() -> Part:
    history = wide_history(36, STEPS)
    watcher = Watcher(BUDGET, 2.2)
    watcher.handle(to_points(watcher, history)[0])
    found = fit_forewarner(watcher, history, failures(36, STEPS), WINDOW)
    assert isinstance(found, Forewarner)
    return found.to_part()


def forewarner(part: Part, threshold: float | None) -> Forewarner:
    before = Forewarner.from_part(part)
    # As an estate that was fitted and then watched by another threshold.
    return Forewarner(Watcher.from_part(part), replace(before.foresight, threshold=threshold))


def stream(watcher: Forewarner) -> Points:
    points = to_points(watcher, wide_history(8, STEPS, seed=1, name="new"))[0]
    # At its end all leap: what an entity of a hundred steps is warned about for.
    is_late = points.time_ns >= np.quantile(points.time_ns, 0.9)
    return Points(points.series, points.time_ns, np.where(is_late, points.value + 1000.0, points.value))


def assert_same(whole: Watched, parts: list[Watched]) -> None:
    for name in ("score", "entity_score", "alert", "probability"):
        np.testing.assert_array_equal(getattr(whole, name), np.concatenate([getattr(each, name) for each in parts]))
    for name in ("opened", "closed"):
        assert getattr(whole, name) == tuple(one for each in parts for one in getattr(each, name))
    assert whole.opened


@pytest.mark.parametrize("threshold", THRESHOLDS)
@pytest.mark.parametrize("step", [1, 7, 500])
def test_batches_and_a_restart_between_any_two_change_no_answer(part: Part, threshold: float | None, step: int) -> None:
    one, other = forewarner(part, threshold), forewarner(part, threshold)
    points = stream(one)
    stream(other)
    parts = []
    for begin in range(0, len(points), step):
        parts.append(other.handle(points[begin : begin + step]))
        if begin % 350 == 0:
            other = Forewarner.from_part(other.to_part())
    assert_same(one.handle(points), parts)
    assert one.open_warnings == other.open_warnings


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_every_warning_says_how_likely_an_incident_is_and_when(part: Part, threshold: float | None) -> None:
    watcher = forewarner(part, threshold)
    points = stream(watcher)
    watched = watcher.handle(points)
    assert watched.probability is not None
    at_opening = watched.probability[watched.alert]
    for warning, probability in zip(watched.opened, at_opening.tolist(), strict=True):
        assert warning.forecast is not None
        assert warning.forecast.probability == probability
        assert warning.forecast.within[-1] == (15 * 3600.0, probability)
        assert f"{probability:.0%}" in warning.why
    assert all(one.forecast is not None for one in (*watched.closed, *watcher.open_warnings))


def test_warning_that_gives_way_is_closed_when_the_new_one_opens(part: Part) -> None:
    watcher = forewarner(part, 0.05)
    watched = watcher.handle(stream(watcher))
    closed_at = {(one.entity, one.closed_at) for one in watched.closed}
    renewed = [one for one in watched.opened if (one.entity, one.opened_at) in closed_at]
    assert renewed
    assert int(watched.alert.sum()) == len(watched.opened)
    open_now = [one.entity for one in watcher.open_warnings]
    assert len(open_now) == len(set(open_now)) == len(watched.opened) - len(watched.closed)


def test_silence_leaves_the_model_where_it_was(part: Part) -> None:
    watcher = forewarner(part, 0.3)
    points = stream(watcher)
    watcher.silences = (Silence(None, 0, 2**61),)
    watched = watcher.handle(points)
    assert not watched.opened
    assert not np.any(watched.probability)


@pytest.mark.parametrize("threshold", [None, 0.3])
def test_loading_kernels_leaves_a_watcher_as_it_is(part: Part, threshold: float | None) -> None:
    watcher = forewarner(part, threshold)
    before = watcher.to_part()
    load_kernels(watcher)
    after = watcher.to_part()
    assert after.document == before.document
    assert all(np.array_equal(after.arrays[name], array) for name, array in before.arrays.items())


def test_part_without_a_model_gives_the_watcher_alone(part: Part) -> None:
    assert isinstance(watcher_of(part), Forewarner)
    assert isinstance(watcher_of(Watcher(BUDGET).to_part()), Watcher)


@pytest.mark.parametrize("name", ["omens", "alerting"])
def test_part_that_lacks_something_is_refused(part: Part, name: str) -> None:
    document = {key: value for key, value in part.document.items() if key != name}
    with pytest.raises(BundleRefused, match=name):
        watcher_of(Part(part.arrays, document))


@pytest.mark.parametrize("change", [{"slope": "steep"}, {"metrics": ["a", "b", "c"]}, {"lead": 3}])
def test_strange_model_is_refused(part: Part, change: dict[str, object]) -> None:
    model = part.document["foresight"]
    assert isinstance(model, dict)
    with pytest.raises(BundleRefused):
        watcher_of(Part(part.arrays, dict(part.document) | {"foresight": model | change}))
