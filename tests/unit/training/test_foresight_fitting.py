from __future__ import annotations

import numpy as np
import pytest
from tests.unit.training.wearing import HOUR_NS, failures, wide_history

from triage.errors import BundleRefused
from triage.measure.detection import auc_pr
from triage.measure.warnings import Window
from triage.parts import Part
from triage.training.foresight import Foresight, alert_rows, foreseen
from triage.training.foresight_fitting import LEAST_INCIDENTS, fit_foresight
from triage.training.metric_evaluation import judge_alerts
from triage.training.watching import watch_history
from triage.watch.budget import Budget
from triage.watch.watcher import Watcher

STEPS, WINDOW, BUDGET = 120, Window(15 * HOUR_NS), Budget.parse("1/40steps", HOUR_NS)


@pytest.fixture(scope="module")
def foresight() -> Foresight:
    found = fit_foresight(wide_history(36, STEPS), failures(36, STEPS), WINDOW, BUDGET)
    assert found is not None
    return found


def test_failures_of_machines_never_seen_are_foreseen_and_warned_of_in_time(foresight: Foresight) -> None:
    later = wide_history(20, STEPS, seed=1)
    answers = foreseen(foresight, later, watch_history(Watcher(BUDGET), later), BUDGET)
    assert answers.probability is not None
    near = later.time_ns_of_row >= (STEPS - 16) * HOUR_NS
    assert auc_pr(near, answers.probability) > 0.9
    assert abs(answers.probability.mean() - near.mean()) < 0.03
    scores, _ = judge_alerts(answers.alerts, later, failures(20, STEPS), WINDOW)
    assert scores.early_recall > 0.7
    causes = [found[0].metric for found in answers.causes.values() if found]
    assert not causes or causes.count("a") > 0.8 * len(causes)


def test_fewer_incidents_than_thirty_give_no_model() -> None:
    few = LEAST_INCIDENTS - 1
    assert fit_foresight(wide_history(few, 40), failures(few, 40), WINDOW, BUDGET) is None
    assert fit_foresight(wide_history(3, 40), None, WINDOW, BUDGET) is None


def test_model_survives_its_part_to_the_bit_and_a_strange_part_is_refused(foresight: Foresight) -> None:
    part = foresight.to_part()
    again = Foresight.from_part(part)
    omens = np.random.default_rng(0).normal(size=(50, again.trees.n_features))
    np.testing.assert_array_equal(again.probabilities(omens), foresight.probabilities(omens))
    for change in ({"slope": "steep"}, {"metrics": ["a", "b", "c"]}):
        with pytest.raises(BundleRefused):
            Foresight.from_part(Part(part.arrays, dict(part.document) | change))


def test_entity_that_stays_likely_is_warned_of_once_and_never_beyond_its_budget() -> None:
    history = wide_history(1, 100)
    assert alert_rows(history, np.full(100, 0.9), 0.5, BUDGET).sum() == 1
    flickering = np.where(np.arange(100) % 2 == 0, 0.9, 0.0)
    rows = np.flatnonzero(alert_rows(history, flickering, 0.5, BUDGET))
    assert np.diff(rows).min() >= 40
