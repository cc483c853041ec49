from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.watch.series_made import MINUTE_NS, assert_same, new_watcher, noise, one_series

from triage.errors import UsageError
from triage.watch.budget import SAVED_PERIODS, Budget
from triage.watch.joint_layout import empty_joint
from triage.watch.liveness_layout import STALE_BITS, empty_liveness
from triage.watch.points import Points
from triage.watch.state import empty_links, empty_seasons, empty_series, empty_weeks
from triage.watch.warnings import at
from triage.watch.watcher import Watcher

SERIES, ENTITIES, BUDGET = 6, 2, "2/90min"


@st.composite
def streams(draw: st.DrawFn) -> Points:
    """Return points with everything that a wire brings: disorder, repeats, gaps in numbers, faults."""
    n = draw(st.integers(1, 400))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    value = rng.normal(size=n) * np.where(rng.random(n) < draw(st.sampled_from([0.0, 0.02, 0.3])), 40.0, 1.0)
    value[rng.random(n) < 0.03] = rng.choice([np.nan, np.inf, -np.inf, 1e29, 0.0])
    late = np.where(rng.random(n) < 0.1, rng.integers(0, 20, n), 0)
    time_ns = (np.arange(n) // draw(st.integers(1, SERIES)) - late) * MINUTE_NS
    return Points(rng.integers(0, SERIES, n), time_ns, value)


def a_watcher() -> Watcher:
    return new_watcher(SERIES, ENTITIES, BUDGET, {"m1": 0.5, "m2": -2.0})


@st.composite
def faltering(draw: st.DrawFn) -> Points:
    """Return points of series that stand still, drop out and end as planned, at times each."""
    rng, n = np.random.default_rng(draw(st.integers(0, 2**32 - 1))), 3000
    series, step = np.arange(n) % SERIES, np.arange(n) // SERIES
    phase = (step // rng.integers(60, 180) + series * rng.integers(1, 4)) % 5
    value = np.where(phase == 1, 0.5, rng.normal(size=n))
    value[rng.random(n) < 0.01] = np.int64(STALE_BITS).view(np.float64)
    kept = (phase != 3) & (rng.random(n) > 0.02)
    return Points(series, step * MINUTE_NS, value)[np.flatnonzero(kept)]


@settings(max_examples=15, deadline=None)
@given(faltering(), st.data())
def test_warnings_by_rule_are_the_same_in_batches_after_a_restart_and_without_a_future(
    points: Points, data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(points)))
    whole = a_watcher().handle(points)
    watcher = a_watcher()
    first = watcher.handle(points[:cut])
    assert first.notes == tuple(note for note in whole.notes if note.place < cut)
    restored = Watcher.from_part(watcher.to_part())
    assert restored.open_notes == watcher.open_notes
    assert_same(whole, first, restored.handle(points[cut:]))
    single = a_watcher()
    assert_same(whole, *(single.handle(points[begin : begin + 7]) for begin in range(0, len(points), 7)))


@settings(max_examples=60, deadline=None)
@given(streams(), st.data())
def test_batches_and_a_restart_in_the_middle_change_no_bit(points: Points, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(points)))
    whole = a_watcher().handle(points)
    watcher = a_watcher()
    first = watcher.handle(points[:cut])
    restored = Watcher.from_part(watcher.to_part())
    assert restored.open_warnings == watcher.open_warnings
    assert_same(whole, first, restored.handle(points[cut:]))
    single = a_watcher()
    assert_same(whole, *(single.handle(points[row : row + 1]) for row in range(len(points))))


@settings(max_examples=40, deadline=None)
@given(streams(), st.data())
def test_nothing_after_a_point_changes_its_answer(points: Points, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(points)))
    past, whole = a_watcher().handle(points[:cut]), a_watcher().handle(points)
    np.testing.assert_array_equal(past.score, whole.score[:cut])
    np.testing.assert_array_equal(past.entity_score, whole.entity_score[:cut])
    np.testing.assert_array_equal(past.alert, whole.alert[:cut])


@settings(max_examples=60, deadline=None)
@given(streams())
def test_scores_are_in_the_unit_interval(points: Points) -> None:
    found = a_watcher().handle(points)
    for score in (found.score, found.entity_score):
        assert ((score >= 0.0) & (score <= 1.0)).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["1/40min", "2/90min", "3/2h"]))
def test_no_span_of_time_holds_more_alerts_than_were_saved_and_came_due(seed: int, budget: str) -> None:
    rng = np.random.default_rng(seed)
    n = 4000
    value = rng.normal(size=n) * np.where(rng.random(n) < 0.05, rng.exponential(30, n), 1.0)
    watcher = new_watcher(SERIES, ENTITIES, budget)
    found = watcher.handle(Points(np.arange(n) % SERIES, np.arange(n) // SERIES * MINUTE_NS, value))
    assert found.alert.any()
    by_entity = defaultdict(list)
    for warning in found.opened:
        by_entity[warning.entity].append(warning.opened_at)
    saved, due = SAVED_PERIODS * watcher.budget.alerts, timedelta(microseconds=watcher.budget.spacing_ns / 1000)
    for times in by_entity.values():
        for first, early in enumerate(times):
            assert all(raised <= saved + (late - early) / due for raised, late in enumerate(times[first:], 1))


@pytest.mark.parametrize("step_s", [60, 300])
@pytest.mark.parametrize("kind", ["noise", "walk", "mean-reverting", "counts", "whole numbers", "day"])
def test_ordinary_series_keep_to_the_budgets_rate_from_their_first_points_on(kind: str, step_s: int) -> None:
    alerts = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        white = rng.normal(size=120)
        value = {
            "noise": white,
            "walk": np.cumsum(white),
            "mean-reverting": np.array([white[: at + 1][::-1] @ 0.9 ** np.arange(at + 1) for at in range(120)]),
            "counts": rng.poisson(2, 120).astype(float),
            "whole numbers": np.round(20 + white),
            "day": 50 + 10 * np.sin(2 * np.pi * (np.arange(120) * step_s / 86_400 + rng.uniform())) + white,
        }[kind]
        alerts += int(new_watcher().handle(one_series(value, step_s * 1_000_000_000)).alert.sum())
    assert alerts <= 20 * 120 * step_s / 86_400


def test_plain_incident_is_warned_of_in_the_second_hour_of_an_entity() -> None:
    values = noise(120)
    values[90:] += 30.0
    [found] = new_watcher().handle(one_series(values)).opened
    assert found.opened_at.hour == 1


def test_at_most_one_warning_is_open_and_it_closes_when_the_entity_is_quiet_again() -> None:
    values = noise(3000)
    values[1500:1540] += 12.0
    watcher = Watcher(Budget.parse("9/day"), threshold=2.4)
    watcher.series_of(["e0"], ["m0"])
    found = watcher.handle(one_series(values))
    fault = at(1500 * MINUTE_NS)
    during = [warning for warning in found.opened if fault <= warning.opened_at <= fault + timedelta(minutes=10)]
    assert len(during) == 1
    closed = {warning.id: warning for warning in found.closed}[during[0].id]
    assert closed.closed_at is not None
    assert closed.score >= during[0].score > 0.95
    moments = sorted(
        [(w.opened_at, 1) for w in found.opened] + [(w.closed_at, -1) for w in found.closed if w.closed_at]
    )
    assert set(np.cumsum([change for _, change in moments]).tolist()) <= {0, 1}


def test_level_shift_of_all_metrics_is_one_warning() -> None:
    steps, series = 1500, 5
    values = np.random.default_rng(3).normal(size=(steps, series))
    values[1000:] += 25.0
    watcher = new_watcher(series, 1, "1/h")
    points = Points(np.tile(np.arange(series), steps), np.repeat(np.arange(steps) * MINUTE_NS, series), values.ravel())
    found = watcher.handle(points)
    rows = np.flatnonzero(found.alert) // series
    assert ((rows >= 1000) & (rows < 1060)).sum() == 1


def test_cause_ranked_first_is_the_metric_at_fault() -> None:
    steps, series = 800, 8
    values = np.random.default_rng(3).normal(size=(steps, series))
    values[700:, 5] += 30.0
    watcher = new_watcher(series, 1, "30/h")
    points = Points(np.tile(np.arange(series), steps), np.repeat(np.arange(steps) * MINUTE_NS, series), values.ravel())
    found = watcher.handle(points)
    at_fault = next(found.causes[row] for row in np.flatnonzero(found.alert).tolist() if row // series >= 700)
    assert at_fault[0].metric == "m5"
    shares = [cause.contribution for cause in at_fault]
    assert shares == sorted(shares, reverse=True)
    assert 0.0 < sum(shares) <= 1.0


def test_series_without_points_changes_no_answer_of_others() -> None:
    points = one_series(noise(300))
    assert_same(new_watcher(1).handle(points), new_watcher(3, 3).handle(points))


def test_series_may_be_added_at_any_time() -> None:
    watcher = new_watcher()
    watcher.handle(one_series(noise(50)))
    rows = watcher.series_of(["e0", "new"] * 20, [f"m{number}" for number in range(40)])
    assert rows[0] == 0
    assert sorted(rows.tolist()) == list(range(40))
    assert len(watcher.handle(Points(rows, np.full(40, 10**15), np.ones(40))).score) == 40


def test_warning_is_the_same_however_often_it_is_computed() -> None:
    values = noise(500)
    values[400] = 30.0
    first, second = (new_watcher().handle(one_series(values)).opened for _ in range(2))
    assert first == second
    assert len({warning.id for warning in first}) == len(first) > 0


def test_point_of_an_unknown_series_is_refused_before_anything_is_learnt() -> None:
    watcher = new_watcher()
    with pytest.raises(UsageError, match="rows, 0 to 0"):
        watcher.handle(Points(np.array([0, 1]), np.array([0, 1]), np.zeros(2)))
    assert_same(watcher.handle(one_series(noise(100))), new_watcher().handle(one_series(noise(100))))


@pytest.mark.parametrize("threshold", [0.0, -1.0, float("nan")])
def test_threshold_must_be_above_zero(threshold: float) -> None:
    with pytest.raises(UsageError):
        Watcher(Budget.parse("1/day"), threshold)


def test_series_costs_no_more_than_the_documentation_says() -> None:
    held = (*empty_series(1), *empty_links(1, 0), *empty_joint(1, 0), *empty_liveness(1, 0)[:-1])
    assert sum(array.nbytes for array in held) == 396
    assert sum(array.nbytes for array in empty_seasons(1)[:-1]) == 132
    assert sum(array.nbytes for array in empty_weeks(1)[:-1]) == 272


def test_season_is_earned_by_an_hour_of_points_that_are_not_all_alike() -> None:
    for minutes, values, earned in ((59, noise(59), 0), (90, noise(90), 1), (90, np.ones(90), 0)):
        watcher = new_watcher()
        watcher.handle(one_series(values[:minutes]))
        assert len(watcher.to_part().arrays["season_base"]) == earned
