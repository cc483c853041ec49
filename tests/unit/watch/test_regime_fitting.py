from __future__ import annotations

import numpy as np
import pytest
from tests.unit.watch.series_made import MINUTE_NS

from triage.watch.budget import Budget
from triage.watch.fitting import fit_watcher
from triage.watch.points import Points
from triage.watch.regime_fitting import find_regimes

METRICS = ("heat", "flow", "power", "load", "height", "clock")
Made = tuple[list[str], list[str], Points]


def engines(loads: tuple[float, ...], heights: tuple[float, ...] = (0.0,), n: int = 12, length: int = 150) -> Made:
    """Return engines that wear out, run at any load and height from one step to the next; heat to power follow them."""
    rng = np.random.default_rng(0)
    entity: list[str] = []
    metric: list[str] = []
    series, time_ns, value = [], [], []
    for number in range(n):
        life = length + 20 * number
        load, height = rng.choice(loads, life), rng.choice(heights, life)
        wear = 3.0 * (np.arange(life) / life) ** 3
        states = (50 * load + wear, 900 - 80 * load - wear, 15 * load + 20 * height + wear)
        noise = rng.normal(size=(3, life)) * [[1.0], [1.0], [2.0]]
        told = (load + rng.uniform(-0.01, 0.01, life), height, np.arange(life) % 7.0)
        for which, values in enumerate((*(states + noise), *told)):
            entity.append(f"engine {number}")
            metric.append(METRICS[which])
            series.append(np.full(life, len(entity) - 1))
            time_ns.append(np.arange(life) * MINUTE_NS)
            value.append(values)
    return entity, metric, Points(np.concatenate(series), np.concatenate(time_ns), np.concatenate(value))


def test_regimes_are_told_by_what_takes_few_values_and_explains_the_others() -> None:
    found = find_regimes(*engines((1.0, 3.0, 4.0)))
    assert found is not None
    assert found.conditions == ("load",)
    np.testing.assert_allclose(np.sort(found.centre[:, 0]), [1.0, 3.0, 4.0], atol=0.01)
    assert set(found.metrics) == {"heat", "flow", "power", "load"}
    heat = found.level[:, found.metrics.index("heat")]
    np.testing.assert_allclose(heat - 50 * found.centre[:, 0], 0.8, atol=0.8)


def test_conditions_make_regimes_together_where_one_alone_leaves_much_unexplained() -> None:
    found = find_regimes(*engines((1.0, 3.0), (0.0, 2.0)))
    assert found is not None
    assert set(found.conditions) == {"load", "height"}
    assert len(found) == 4


def test_order_of_points_does_not_matter() -> None:
    entity, metric, history = engines((1.0, 3.0, 4.0))
    shuffled = history[np.random.default_rng(1).permutation(len(history))]
    found, again = find_regimes(entity, metric, shuffled), find_regimes(entity, metric, history)
    assert found is not None
    assert again is not None
    assert found.to_document() == again.to_document()


def test_one_regime_is_none() -> None:
    assert find_regimes(*engines((2.0,))) is None
    assert find_regimes([], [], Points(np.zeros(0), np.zeros(0), np.zeros(0))) is None  # type: ignore[arg-type]  # made int64


def test_a_level_that_changes_once_or_twice_is_a_fault_and_no_regime() -> None:
    entity, metric, history = engines((1.0,))
    late = history.time_ns > 100 * MINUTE_NS
    by_metric = np.array([{"heat": 50.0, "flow": -80.0, "power": 9.0, "load": 1.0}.get(name, 0.0) for name in metric])
    shifted = Points(history.series, history.time_ns, history.value + 9 * late * by_metric[history.series])
    assert find_regimes(entity, metric, shifted) is None


def test_a_switch_that_explains_little_is_no_regime() -> None:
    entity, metric, history = engines((1.0, 1.02))
    assert find_regimes(entity, metric, history) is None


@pytest.mark.parametrize("is_turned", [False, True])
def test_wear_shows_through_the_regimes_wherever_their_conditions_stand(is_turned: bool) -> None:
    entity, metric, history = engines((1.0, 3.0, 4.0))
    if is_turned:
        history = history[np.arange(len(history))[::-1]]
    history = history[np.argsort(history.time_ns, kind="stable")]
    watcher = fit_watcher(entity, metric, history, Budget.parse("1/day"))
    assert set(watcher.wear) == {"heat", "flow", "power"}
    assert watcher.regimes is not None
