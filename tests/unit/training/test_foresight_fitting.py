from __future__ import annotations

import numpy as np
import pytest
from tests.unit.training.wearing import HOUR_NS, failures, long_history, wide_history

from triage.foresight.forewarning import Forewarner, StreamingWatcher
from triage.measure.detection import auc_pr
from triage.measure.warnings import Window
from triage.training.foresight_fitting import LEAST_INCIDENTS, fit_forewarner
from triage.training.metric_evaluation import judge_alerts
from triage.training.metrics import MetricHistory, MetricIncidents
from triage.training.watching import to_points, watch_history
from triage.watch.budget import Budget
from triage.watch.watcher import Watcher

STEPS, WINDOW, BUDGET = 120, Window(15 * HOUR_NS), Budget.parse("1/40steps", HOUR_NS)


def fitted(history: MetricHistory, incidents: MetricIncidents | None) -> StreamingWatcher:
    watcher = Watcher(BUDGET, 1e9)
    watcher.handle(to_points(watcher, history)[0])
    return fit_forewarner(watcher, history, incidents, WINDOW)


@pytest.fixture(scope="module")
def forewarner() -> Forewarner:
    found = fitted(wide_history(36, STEPS), failures(36, STEPS))
    assert isinstance(found, Forewarner)
    return found


def test_failures_of_machines_never_seen_are_foreseen_and_warned_of_in_time(forewarner: Forewarner) -> None:
    later = wide_history(20, STEPS, seed=1, name="new")
    answers = watch_history(Forewarner.from_part(forewarner.to_part()), later)
    assert answers.probability is not None
    near = later.time_ns_of_row >= (STEPS - 16) * HOUR_NS
    assert auc_pr(near, answers.probability) > 0.85
    assert abs(answers.probability.mean() - near.mean()) < 0.03
    scores, _ = judge_alerts(answers.alerts, later, failures(20, STEPS, name="new"), WINDOW)
    assert scores.early_recall > 0.7
    causes = [found[0].metric for found in answers.causes.values() if found]
    assert causes.count("a") > 0.8 * len(causes) > 0


def test_fewer_incidents_than_thirty_give_the_watcher_as_it_is() -> None:
    few = LEAST_INCIDENTS - 1
    assert isinstance(fitted(wide_history(few, 40), failures(few, 40)), Watcher)
    assert isinstance(fitted(wide_history(3, 40), None), Watcher)


def test_long_file_gives_the_model_of_the_wide_one(forewarner: Forewarner) -> None:
    found = fitted(long_history(36, STEPS), failures(36, STEPS))
    assert isinstance(found, Forewarner)
    later = wide_history(2, STEPS, seed=1, name="new")
    of_long, of_wide = (watch_history(Forewarner.from_part(each.to_part()), later) for each in (found, forewarner))
    assert of_long.probability is not None
    assert of_wide.probability is not None
    assert np.corrcoef(of_long.probability, of_wide.probability)[0, 1] > 0.9
