from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from triage.errors import BundleRefused
from triage.parts import Part
from triage.watch.budget import Budget
from triage.watch.omens import CALENDAR, OMENS_OF_ALL, Omens, width_of
from triage.watch.points import Points
from triage.watch.watcher import Watcher

MINUTE_NS = 60 * 10**9
STEPS = 60


def watched() -> tuple[Watcher, Points]:
    """Two entities, the first with two metrics, five minutes a step."""
    watcher = Watcher(Budget.parse("1/day"))
    rows = watcher.series_of(["web", "web", "db"], ["cpu", "memory", "cpu"])
    values = np.random.default_rng(0).normal(50.0, 1.0, (STEPS, 3))
    times = np.repeat(np.arange(STEPS) * 5 * MINUTE_NS, 3)
    return watcher, Points(np.tile(rows, STEPS), times, values.ravel())


def described(watcher: Watcher, omens: Omens, points: Points) -> NDArray[np.float64]:
    """The features after each point; those of the entity before where its step is not whole."""
    found, is_described = omens.describe(points, watcher.handle(points), watcher.local_ns(points))
    after = np.full((len(points), omens.width), np.inf)
    after[is_described] = found
    return after


def whole(metrics: tuple[str, ...] = ("cpu", "memory")) -> NDArray[np.float64]:
    watcher, points = watched()
    return described(watcher, Omens(watcher.table, metrics), points)


@settings(max_examples=15, deadline=None)
@given(cut=st.integers(0, 3 * STEPS))
def test_cutting_into_batches_with_a_save_between_them_changes_no_feature(cut: int) -> None:
    watcher, points = watched()
    omens = Omens(watcher.table, ("cpu", "memory"))
    first = described(watcher, omens, points[:cut])
    watcher = Watcher.from_part(watcher.to_part())
    again = Omens.from_part(omens.to_part(), watcher.table)
    np.testing.assert_array_equal(np.concatenate([first, described(watcher, again, points[cut:])]), whole())


def test_nothing_later_than_a_point_changes_what_is_said_of_it() -> None:
    watcher, points = watched()
    found = described(watcher, Omens(watcher.table, ("cpu", "memory")), points[:100])
    np.testing.assert_array_equal(found, whole()[:100])


def test_metric_is_missing_where_it_is_not_there_or_has_few_points() -> None:
    found = whole(("cpu", "elsewhere"))
    assert found.shape == (3 * STEPS, width_of(2))
    found = found[np.isfinite(found[:, 0])]
    assert np.isnan(found[:, OMENS_OF_ALL + 1 :: 2]).all()
    assert np.isnan(found[:40, OMENS_OF_ALL:]).all()
    assert np.isfinite(found[60:, OMENS_OF_ALL::2]).all()


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e200, 7.0])
def test_point_that_the_watcher_passes_over_changes_nothing(value: float) -> None:
    watcher, points = watched()
    omens = Omens(watcher.table, ("cpu", "memory"))
    first = described(watcher, omens, points[:120])
    stale = Points(points.series[:1], points.time_ns[117:118], np.array([value]))
    assert np.isinf(described(watcher, omens, stale)).all()
    np.testing.assert_array_equal(first, whole()[:120])
    np.testing.assert_array_equal(described(watcher, omens, points[120:]), whole()[120:])


def test_entity_is_described_once_a_step_has_as_many_points_as_the_one_before() -> None:
    watcher, points = watched()
    _, is_described = Omens(watcher.table, ()).describe(points, watcher.handle(points), watcher.local_ns(points))
    # The first step is not known to lack anything; later the two metrics of the web come one after the other.
    assert is_described[:3].tolist() == [True, True, True]
    assert is_described[3:].reshape(-1, 3).tolist() == [[False, True, True]] * (STEPS - 1)


def test_hour_and_weekday_are_those_of_local_clocks() -> None:
    found = whole()
    assert found[0, CALENDAR : CALENDAR + 2].tolist() == [0.0, 3.0]
    assert found[-1, CALENDAR] == pytest.approx((STEPS - 1) * 5 / 60)
    _, points = watched()
    watcher = Watcher(Budget.parse("1/day"), zone="Asia/Tokyo")
    watcher.series_of(["web", "web", "db"], ["cpu", "memory", "cpu"])
    assert described(watcher, Omens(watcher.table, ()), points)[0, CALENDAR] == 9.0


def test_state_of_other_series_is_refused() -> None:
    watcher, _ = watched()
    part = Omens(watcher.table, ("cpu",)).to_part()
    watcher.series_of(["new"], ["cpu"])
    with pytest.raises(BundleRefused, match="not those of the watcher's series"):
        Omens.from_part(part, watcher.table)
    with pytest.raises(BundleRefused, match="metrics are missing"):
        Omens.from_part(Part(part.arrays, {}), watcher.table)
