from __future__ import annotations

import numpy as np
import pytest
from tests.unit.watch.series_made import MINUTE_NS

from triage.errors import BundleRefused
from triage.parts import Part
from triage.watch.budget import Budget
from triage.watch.fitting import fit_watcher
from triage.watch.joint_layout import MOST_MEMBERS, laid_out, room_for, with_room
from triage.watch.points import Points
from triage.watch.storing import joint_of
from triage.watch.watcher import Watcher

BUDGET = Budget.parse("1/day")


def together(n: int, d: int = 4, first: int = 0, seed: int = 0) -> Points:
    """Return series of one entity that all follow one hidden course, each with a little noise of its own."""
    generator = np.random.default_rng(seed)
    hidden = generator.normal(size=(n, 1)) * 3.0
    return to_points(hidden + 0.3 * generator.normal(size=(n, d)), first)


def to_points(values: np.ndarray, first: int = 0) -> Points:
    n, d = values.shape
    time_ns = np.repeat((np.arange(n) + first) * MINUTE_NS, d)
    return Points(np.tile(np.arange(d), n), time_ns, values.ravel())


def fitted(n: int = 1500, d: int = 4) -> Watcher:
    return fit_watcher(["web"] * d, [f"m{number}" for number in range(d)], together(n, d), BUDGET)


def by_step(watcher: Watcher, points: Points, d: int = 4) -> np.ndarray:
    return watcher.handle(points).entity_score.reshape(-1, d)[:, -1]


def test_series_that_part_company_stand_out_though_each_stays_in_its_own_range() -> None:
    later = together(300, first=1500, seed=1)
    apart = later.value.reshape(-1, 4).copy()
    apart[200] = np.where(np.arange(4) == 0, -6.0, 6.0)
    score = by_step(fitted(), to_points(apart, 1500))
    assert score[200] > np.quantile(score[:200], 0.98)


def test_long_incident_stays_unusual_for_a_fitted_watcher() -> None:
    later = together(1500, first=1500, seed=1).value.reshape(-1, 4).copy()
    later[200:, 0] += 8.0
    score = by_step(fitted(), to_points(later, 1500))
    assert np.median(score[1400:]) > np.quantile(score[:200], 0.95)


def test_one_stray_step_does_not_blind_the_joint_state() -> None:
    values = together(900).value.reshape(-1, 4).copy()
    values[600:605, 0] += 12.0
    stray = values.copy()
    stray[300] = 1e9
    watcher = Watcher(BUDGET)
    watcher.series_of(["web"] * 4, list("abcd"))
    score = by_step(watcher, to_points(stray))
    assert score[600] > np.quantile(score[500:600], 0.95)


def test_joint_state_is_judged_though_a_metric_falls_silent() -> None:
    d, n = 4, 400
    points = together(n, first=1500, seed=1)
    heard = ~((points.series == 2) & (np.arange(len(points)) >= 100 * d))
    value = points.value.copy()
    value[(points.series == 0) & (np.arange(len(points)) >= 390 * d)] += 30.0
    watcher = fitted()
    found = watcher.handle(Points(points.series[heard], points.time_ns[heard], value[heard]))
    assert found.entity_score[-1] > 0.99


def test_only_so_many_series_of_an_entity_are_members_and_the_rest_are_still_watched() -> None:
    d = MOST_MEMBERS + 2
    watcher = Watcher(BUDGET)
    watcher.series_of(["web"] * d, [f"m{number}" for number in range(d)])
    found = watcher.handle(together(60, d))
    members = watcher.to_part().arrays["joint_member"]
    assert members.tolist() == [*range(MOST_MEMBERS), -1, -1]
    assert found.score.reshape(-1, d)[:, -1].any()


def test_new_room_keeps_what_is_there() -> None:
    state = joint_of(fitted(200).to_part().arrays, np.zeros(4, dtype=np.int64), 1)
    wide = with_room(state, np.array([9]))
    assert len(wide.heap) >= room_for(np.array([9]))[0]
    back = laid_out(wide, np.array([4]))
    np.testing.assert_array_equal(back.clock, state.clock)
    k = 12
    np.testing.assert_array_equal(np.delete(back.heap, slice(k, 2 * k)), np.delete(state.heap, slice(k, 2 * k)))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("joint_member", lambda array: array + 1),
        ("joint_member", np.zeros_like),
        ("joint_clock", lambda array: array + 1),
        ("joint_clock", lambda array: -array),
        ("joint_heap", lambda array: -array),
        ("joint_heap", lambda array: array[:-1]),
        ("joint_heap", lambda array: array * np.nan),
    ],
)
def test_part_that_would_lead_the_kernel_astray_is_refused(name: str, change: object) -> None:
    part = fitted(200).to_part()
    arrays = dict(part.arrays) | {name: change(part.arrays[name])}  # type: ignore[operator]  # a function of an array
    with pytest.raises(BundleRefused):
        Watcher.from_part(Part(arrays, part.document))
