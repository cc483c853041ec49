from __future__ import annotations

import numpy as np
import pytest
from tests.unit.watch.series_made import MINUTE_NS, assert_same

from triage.errors import BundleRefused
from triage.foresight.forgetting import without_entities
from triage.parts import JSON, Part
from triage.watch.budget import Budget
from triage.watch.points import Points
from triage.watch.regimes import RegimeFollower, Regimes, regimes_in
from triage.watch.table import SeriesTable
from triage.watch.watcher import Watcher

# Idle and under load; heat and noise go with it, noise is three times as wide under load.
TWO = Regimes(
    ("load",),
    np.array([[0.0], [10.0]]),
    ("heat", "noise"),
    np.array([[20.0, 1.0], [80.0, 5.0]]),
    np.array([[1.0, 1.0], [1.0, 3.0]]),
)
METRICS = ("load", "heat", "noise")


def table_of(entities: int = 1) -> SeriesTable:
    table = SeriesTable()
    table.rows_of([f"e{row // 3}" for row in range(3 * entities)], [*METRICS] * entities)
    return table


def steps(loads: list[float], heat: float = 20.0) -> Points:
    """Return load, heat and noise step by step, the latter two as they are in that regime."""
    n = len(loads)
    value = np.column_stack([loads, [heat + 6 * load for load in loads], [1.0 + 0.4 * load for load in loads]])
    return Points(np.tile(np.arange(3), n), np.repeat(np.arange(n), 3) * MINUTE_NS, value.ravel())


def test_values_are_as_they_would_be_in_the_commonest_regime() -> None:
    found = RegimeFollower(TWO, table_of()).level(steps([0.0, 10.0, 10.01])).reshape(3, 3)
    np.testing.assert_allclose(found[:, 1], [20.0, 20.0, 20.06])
    np.testing.assert_allclose(found[:, 2], [1.0, 1.0, 1.0 + 0.004 / 3])
    np.testing.assert_array_equal(found[:, 0], [0.0, 10.0, 10.01])


def test_each_entity_is_in_a_regime_of_its_own() -> None:
    points = Points(np.array([0, 3, 1, 4]), np.zeros(4, dtype=np.int64), np.array([10.0, 0.0, 81.0, 81.0]))
    assert RegimeFollower(TWO, table_of(2)).level(points).tolist() == [10.0, 0.0, 21.0, 81.0]


def test_value_tells_its_regime_itself_before_any_condition_is_known() -> None:
    points = Points(np.array([1, 1]), np.arange(2), np.array([79.0, 21.0]))
    assert RegimeFollower(TWO, table_of()).level(points).tolist() == [19.0, 21.0]


@pytest.mark.parametrize("late", [np.nan, np.inf])
def test_condition_that_is_late_or_no_number_tells_no_regime(late: float) -> None:
    follower = RegimeFollower(TWO, table_of())
    follower.level(steps([10.0, 10.0]))
    later = Points(np.array([0, 0, 1]), np.array([0, 9, 9]) * MINUTE_NS, np.array([0.0, late, 80.0]))
    assert follower.level(later)[2] == 20.0


def test_conditions_come_first_of_each_time() -> None:
    series, time_ns = np.array([1, 2, 0, 1, 0]), np.array([5, 5, 5, 1, 1])
    order = RegimeFollower(TWO, table_of()).order_of(Points(series, time_ns, np.zeros(5)))
    assert order.tolist() == [4, 3, 2, 0, 1]
    assert RegimeFollower(None, table_of()).order_of(Points(series, time_ns, np.zeros(5))).tolist() == [3, 4, 0, 1, 2]


def test_batches_cannot_change_an_answer_and_a_restored_watcher_goes_on_with_the_same_bits() -> None:
    rng = np.random.default_rng(3)
    points = steps(rng.choice([0.0, 10.0], 200).tolist())
    points = Points(points.series, points.time_ns, points.value + rng.normal(size=600))
    whole, parted = (Watcher(Budget.parse("9/day"), regimes=TWO) for _ in range(2))
    for watcher in (whole, parted):
        watcher.series_of(["e0"] * 3, METRICS)
    first = parted.handle(points[:301])
    restored = Watcher.from_part(parted.to_part())
    assert_same(whole.handle(points), first, restored.handle(points[301:]))


def test_a_jump_with_the_regime_is_usual_and_one_within_it_is_not() -> None:
    rng = np.random.default_rng(0)
    points = steps(rng.choice([0.0, 10.0], 400).tolist())
    points = Points(points.series, points.time_ns, points.value + rng.normal(scale=0.3, size=1200))
    points.value[1:][3 * 390 :: 3] += 6.0  # the heat of the last steps, a tenth of what load makes
    score = []
    for regimes in (TWO, None):
        watcher = Watcher(Budget.parse("9/day"), regimes=regimes)
        watcher.series_of(["e0"] * 3, METRICS)
        score.append(watcher.handle(points).score[1::3][390:].max())
    assert score[0] > 0.99
    assert score[1] < 0.95


def test_those_who_stay_when_others_are_forgotten_keep_their_regimes() -> None:
    watcher = Watcher(Budget.parse("9/day"), regimes=TWO)
    rows = watcher.series_of(["gone", "gone", "stays", "stays"], ["load", "heat"] * 2)
    watcher.handle(Points(rows, np.zeros(4, dtype=np.int64), np.array([0.0, 20.0, 10.0, 80.0])))
    left = Watcher.from_part(without_entities(watcher.to_part(), np.array([True, False])))
    rows = left.series_of(["stays"], ["heat"])
    assert left.handle(Points(rows, np.array([MINUTE_NS]), np.array([81.0]))).value.tolist() == [21.0]


@pytest.mark.parametrize(
    "change",
    [
        {"centre": [[0.0]]},
        {"spread": [[1.0, 1.0], [1.0, 0.0]]},
        {"level": [[1.0, float("nan")], [1.0, 1.0]]},
        {"conditions": "load"},
        {"metrics": None},
        {"centre": [], "level": [], "spread": []},
    ],
)
def test_document_that_no_history_could_have_left_is_refused(change: dict[str, JSON]) -> None:
    assert regimes_in(None) is None
    again = regimes_in(TWO.to_document())
    assert again is not None
    assert again.to_document() == TWO.to_document()
    with pytest.raises(BundleRefused, match="regimes"):
        regimes_in({**TWO.to_document(), **change})


def test_conditions_of_other_entities_are_refused() -> None:
    watcher = Watcher(Budget.parse("9/day"), regimes=TWO)
    watcher.series_of(["e0"], ["load"])
    part = watcher.to_part()
    with pytest.raises(BundleRefused, match="conditions"):
        Watcher.from_part(Part({**part.arrays, "regime_seen": np.zeros((2, 1))}, part.document))
    with pytest.raises(BundleRefused, match="must be an object"):
        Watcher.from_part(Part(part.arrays, {**part.document, "regimes": [1]}))
