from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from triage.simulate.faults import FAULT_KINDS
from triage.simulate.gauges import GAUGES
from triage.simulate.layout import lay_out
from triage.simulate.load import STEP_S, STEPS_A_DAY
from triage.simulate.plan import Fault, Harmless, Plan, draw_plan
from triage.simulate.series import Series, draw_series

MONDAY = datetime(2026, 9, 21, tzinfo=UTC)
LAYOUT = lay_out(6)
DAYS = 8
QUIET = Plan((), (), ())


def draw(plan: Plan, difficulty: float = 0.5) -> dict[tuple[int, str], Series]:
    return {(each.entity, each.metric): each for each in draw_series(LAYOUT, plan, MONDAY, DAYS, difficulty, seed=7)}


@cache
def quiet() -> dict[tuple[int, str], Series]:
    return draw(QUIET)


def fault(kind: str, entity: int, origin: int | None = None) -> Fault:
    named = {each.name: each for each in FAULT_KINDS}[kind]
    onset = 4 * 86_400 + 12 * 3600 + 120
    return Fault(
        named, entity, entity if origin is None else origin, onset - 3600, onset, onset + 30, onset + 2400, 1.0
    )


def moved(plan: Plan, entity: int, metric: str) -> NDArray[np.float64]:
    """Where and how far a plan moves a series: draws are the same with and without it."""
    return np.nan_to_num(draw(plan)[entity, metric].samples - quiet()[entity, metric].samples)


def test_every_entity_has_its_metrics_between_their_limits() -> None:
    found = draw(draw_plan(LAYOUT, DAYS, 1.0, 7), 1.0)
    assert list(found) == [(at, gauge.metric) for at, entity in enumerate(LAYOUT) for gauge in GAUGES[entity.kind]]
    for (entity, metric), series in found.items():
        gauge = next(each for each in GAUGES[LAYOUT[entity].kind] if each.metric == metric)
        kept = series.samples[~np.isnan(series.samples)]
        assert 0.98 * DAYS * STEPS_A_DAY < len(kept) <= DAYS * STEPS_A_DAY
        assert gauge.low <= kept.min() <= kept.max() <= gauge.high
        assert np.array_equal(np.round(kept, gauge.decimals), kept)


@pytest.mark.parametrize(
    ("entity", "metric"), [(0, "requests"), (1, "connections"), (2, "queue_depth"), (3, "latency_ms")]
)
def test_metrics_follow_the_day_and_the_week(entity: int, metric: str) -> None:
    days = quiet()[entity, metric].samples.reshape(DAYS, 24, -1)
    by_hour = np.nanmean(days[:5], axis=(0, 2))
    assert by_hour[9:16].min() > 1.5 * by_hour[1:4].max()
    by_day = np.nanmean(days, axis=(1, 2))
    assert by_day[5:7].max() < by_day[:5].min()


def test_precursor_ramps_up_before_the_onset_and_ends_with_the_incident() -> None:
    leak = fault("leak", 0)
    shift = moved(Plan((leak,), (), ()), 0, "memory")
    before, during = -(-leak.onset_s // STEP_S), -(-leak.resolved_s // STEP_S)
    begin = before - 12
    assert not shift[:begin].any()
    assert 0 < shift[begin : begin + 6].mean() < shift[before - 6 : before].mean() <= shift[before:during].mean()
    assert not shift[during:].any()


def test_crash_stops_the_traffic() -> None:
    crash = fault("crash", 0)
    requests = draw(Plan((crash,), (), ()))[0, "requests"].samples
    down = slice(-(-crash.onset_s // STEP_S), -(-crash.resolved_s // STEP_S))
    assert np.nanmax(requests[down]) < 0.1 * np.nanmin(requests[down.start - 12 : down.start])


def test_failing_dependency_shows_faintly_where_it_comes_from() -> None:
    plan = Plan((fault("failing dependency", 0, origin=1),), (), ())
    assert moved(plan, 1, "connections").max() > 0
    assert not moved(plan, 2, "job_s").any()


def test_surge_moves_every_entity_and_a_spike_one_metric() -> None:
    surge = Plan((), (), (Harmless("surge", None, 36_000, 43_200, 0.3),))
    assert all(moved(surge, entity, "cpu").max() > 0 for entity in range(len(LAYOUT)))
    spike = draw(Plan((), (), (Harmless("spike", 0, 36_000, 36_300, 1.0),)))
    # A draw more shifts the noise of that entity; the others stay as they are.
    assert all(
        np.array_equal(series.samples, spike[key].samples, equal_nan=True) for key, series in quiet().items() if key[0]
    )


def test_one_entity_more_leaves_the_others_as_they_are() -> None:
    fewer = draw_series(LAYOUT[:3], QUIET, MONDAY, DAYS, 0.5, seed=7)
    every = quiet()
    assert all(np.array_equal(each.samples, every[each.entity, each.metric].samples, equal_nan=True) for each in fewer)
