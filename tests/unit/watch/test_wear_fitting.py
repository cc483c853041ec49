from __future__ import annotations

import numpy as np
from tests.unit.watch.series_made import MINUTE_NS

from triage.watch.budget import Budget
from triage.watch.fitting import fit_watcher
from triage.watch.points import Points
from triage.watch.wear_fitting import LEAST_LIVES, find_wear

METRICS = ("heat", "pressure", "load", "memory", "cycles")
Made = tuple[list[str], list[str], Points]


def machines(lengths: list[int], seed: int = 0, first: int = 0) -> Made:
    """Return machines whose heat rises and pressure falls to the end; load swings, memory warms up, cycles count."""
    rng = np.random.default_rng(seed)
    entity: list[str] = []
    metric: list[str] = []
    series, time_ns, value = [], [], []
    for number, length in enumerate(lengths):
        age = np.arange(length)
        wear = (age / length) ** 3
        warm = 20.0 * np.minimum(age / 40.0, 1.0)
        states = (8.0 * wear, 50.0 - 20.0 * wear, np.sin(age / 9.0), warm, 100.0 * age)
        for which, values in enumerate(states):
            entity.append(f"machine {first + number}")
            metric.append(METRICS[which])
            series.append(np.full(length, len(entity) - 1))
            time_ns.append(age * MINUTE_NS)
            value.append(values + rng.normal(size=length))
    return entity, metric, Points(np.concatenate(series), np.concatenate(time_ns), np.concatenate(value))


LENGTHS = [*range(120, 120 + 10 * LEAST_LIVES, 10), 400]


def test_metrics_that_move_one_way_over_lives_are_found_with_their_direction() -> None:
    found = find_wear(*machines(LENGTHS))
    assert set(found) == {"heat", "pressure"}
    assert found["heat"] > 0.0 > found["pressure"]


def test_order_of_points_does_not_matter() -> None:
    entity, metric, history = machines(LENGTHS)
    shuffled = history[np.random.default_rng(1).permutation(len(history))]
    assert find_wear(entity, metric, shuffled) == find_wear(entity, metric, history)


def test_entities_that_are_watched_to_the_same_end_do_not_wear_out() -> None:
    assert find_wear(*machines([200] * 20)) == {}


def test_few_lives_that_are_over_say_nothing_of_the_others() -> None:
    assert find_wear(*machines([*LENGTHS[: LEAST_LIVES - 2], 400])) == {}
    assert find_wear(*machines([*LENGTHS[:LEAST_LIVES], *[400] * 30])) == {}


def test_history_without_points_has_no_wear() -> None:
    assert find_wear([], [], Points(np.zeros(0), np.zeros(0), np.zeros(0))) == {}  # type: ignore[arg-type]  # made int64


def test_new_machine_scores_higher_at_its_end_than_ever_before() -> None:
    entity, metric, history = machines(LENGTHS)
    watcher = fit_watcher(entity, metric, history, Budget.parse("1/60min"))
    new = machines([250], seed=7, first=99)
    rows = watcher.series_of(new[0], new[1])
    order = np.argsort(new[2].time_ns, kind="stable")
    later = Points(rows[new[2].series[order]], new[2].time_ns[order] + 500 * MINUTE_NS, new[2].value[order])
    score = watcher.handle(later).entity_score[len(METRICS) - 1 :: len(METRICS)]
    assert score[-20:].min() > np.quantile(score[40:200], 0.95)
